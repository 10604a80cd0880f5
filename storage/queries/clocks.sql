-- name: clock_samples
-- Of devices of one kind, within a span of time that ends with the newest reading of each: how many readings carry the
-- device's own time, none, or one that was not believed; and of the newest messages the difference between the device's
-- time and that of receipt, in seconds.
SELECT a.device_id, s.believed, s.absent, s.not_believed, s.received_at, m.differences
FROM (
    SELECT l.device_id, max(l.time) AS newest FROM latest AS l
    WHERE l.device_id = ANY(%(device_ids)s) GROUP BY l.device_id
) AS a
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE r.time_source = 0) AS believed,
        count(*) FILTER (WHERE r.time_source = 1) AS absent,
        count(*) FILTER (WHERE r.time_source = 2) AS not_believed,
        max(r.received_at) AS received_at
    FROM {table} AS r
    WHERE r.device_id = a.device_id AND r.time > a.newest - %(span)s::interval AND r.time <= a.newest
) AS s
CROSS JOIN LATERAL (
    SELECT array_agg(d.difference) AS differences FROM (
        SELECT extract(epoch FROM max(CASE WHEN r.time_source = 2 THEN r.device_time ELSE r.time END - r.received_at)
            )::double precision AS difference
        FROM {table} AS r
        WHERE r.device_id = a.device_id AND r.time > a.newest - %(span)s::interval AND r.time <= a.newest
            AND r.time_source <> 1
        GROUP BY r.received_at ORDER BY r.received_at DESC LIMIT %(messages)s
    ) AS d
) AS m;
