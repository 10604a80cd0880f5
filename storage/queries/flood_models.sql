-- name: put_flood_model
-- What a gauge has taught; what it taught before is replaced.
INSERT INTO flood_model (device_id, weights, error_cm, fitted_from, fitted_until, level_cm, floods, hits, false_alarms,
    lead_hours)
VALUES (%(device_id)s, %(weights)s, %(error_cm)s, %(fitted_from)s, %(fitted_until)s, %(level_cm)s, %(floods)s, %(hits)s,
    %(false_alarms)s, %(lead_hours)s)
ON CONFLICT (device_id) DO UPDATE SET weights = excluded.weights, error_cm = excluded.error_cm,
    fitted_from = excluded.fitted_from, fitted_until = excluded.fitted_until, fitted_at = now(),
    level_cm = excluded.level_cm, floods = excluded.floods, hits = excluded.hits, false_alarms = excluded.false_alarms,
    lead_hours = excluded.lead_hours;

-- name: list_flood_models
-- What the gauges in service have taught.
SELECT m.device_id, m.weights, m.error_cm, m.fitted_from, m.fitted_until, m.level_cm, m.floods, m.hits, m.false_alarms,
    m.lead_hours
FROM flood_model AS m JOIN device AS d USING (device_id) WHERE d.state <> 'retired' ORDER BY m.device_id;

-- name: delete_flood_model
-- Forget what a gauge has taught.
DELETE FROM flood_model WHERE device_id = %(device_id)s;

-- name: rain_and_water_gauges
-- Devices that measure rain or water in the communes, and their tags.
SELECT d.device_id, d.kind, c.code || '/' || d.code AS subject, d.name, h.code AS hamlet, l.time AS newest, d.tags
FROM device AS d JOIN commune AS c USING (commune_id) JOIN latest AS l ON l.device_id = d.device_id AND l.key = ''
LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
WHERE d.kind = ANY (%(kinds)s) AND d.state = 'active' ORDER BY d.device_id;

-- name: hours_before
-- Sum and mean of a field of some devices in the hours before a moment (0: the last), of what was received by then.
SELECT r.device_id, floor(extract(epoch FROM %(at)s - r.time) / 3600)::integer AS hour, sum({field}), avg({field})
FROM {table} AS r
WHERE r.device_id = ANY (%(device_ids)s) AND r.time > %(at)s - %(hours)s * interval '1 hour' AND r.time <= %(at)s
    AND r.received_at < %(at)s AND {field} IS NOT NULL
GROUP BY r.device_id, hour;

-- name: missing_numbers
-- How many sequence numbers of each device of a kind are missing between two times, of what was received by a moment.
-- A jump that no loss explains, as when a counter is set anew, counts as few as a loss that is worth a call.
SELECT device_id, coalesce(sum(least(seq - previous - 1, %(most)s)) FILTER (WHERE seq > previous + 1), 0)::bigint
FROM (
    SELECT device_id, seq, lag(seq) OVER (PARTITION BY device_id ORDER BY time, seq) AS previous
    FROM (
        SELECT DISTINCT ON (device_id, time, seq) device_id, time, seq FROM {table}
        WHERE time > %(start)s AND time <= %(end)s AND received_at < %(at)s AND seq IS NOT NULL
    ) AS numbered
) AS stepped
GROUP BY device_id;
