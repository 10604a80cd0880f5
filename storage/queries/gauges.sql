-- name: gauges
-- The newest level of every water gauge in use, and the last level that was measured an hour or more before it.
SELECT d.device_id, (l.level ->> 0)::double precision AS level_cm, newest.at, earlier.level AS before_cm,
    earlier.time AS before_at
FROM device AS d
JOIN (SELECT device_id, "values" -> 'level' AS level FROM latest WHERE "values" ? 'level') AS l USING (device_id)
CROSS JOIN LATERAL (SELECT to_timestamp((l.level ->> 1)::double precision) AS at) AS newest
LEFT JOIN LATERAL (
    SELECT r.time, r.level FROM water_level AS r
    WHERE r.device_id = d.device_id AND r.level IS NOT NULL
        AND r.time <= newest.at - interval '1 hour' AND r.time > newest.at - interval '3 hours'
    ORDER BY r.time DESC LIMIT 1
) AS earlier ON true
WHERE d.kind = 'water_level' AND d.state NOT IN ('planned', 'retired')
ORDER BY d.device_id;
