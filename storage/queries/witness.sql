-- name: witnessed_readings
-- All readings of a kind from the devices of a commune that were received since a moment.
SELECT d.code AS witnessed_device, t.* FROM {table} AS t
JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND t.received_at >= %(since)s;

-- name: witnessed_readings_at
-- The readings of a kind from devices of a commune at given times.
SELECT d.code AS witnessed_device, t.* FROM unnest(%(codes)s::text[], %(times)s::timestamptz[]) AS w (code, time)
JOIN commune AS c ON c.code = %(commune)s
JOIN device AS d ON d.commune_id = c.commune_id AND d.code = w.code
JOIN {table} AS t ON t.device_id = d.device_id AND t.time = w.time;

-- name: witnessed_statuses
-- All statuses of the devices of a commune that were received since a moment.
SELECT d.code AS device, s.time, s.received_at, s.time_source,
    CASE WHEN s.online THEN 'online' ELSE 'offline' END AS word, s.detail
FROM device_status AS s JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND s.received_at >= %(since)s;

-- name: witnessed_statuses_at
-- The statuses of devices of a commune at given times.
SELECT d.code AS device, s.time, s.received_at, s.time_source,
    CASE WHEN s.online THEN 'online' ELSE 'offline' END AS word, s.detail
FROM unnest(%(codes)s::text[], %(times)s::timestamptz[]) AS w (code, time)
JOIN commune AS c ON c.code = %(commune)s
JOIN device AS d ON d.commune_id = c.commune_id AND d.code = w.code
JOIN device_status AS s ON s.device_id = d.device_id AND s.time = w.time;

-- name: witnessed_events
-- All events of the devices of a commune that were received since a moment.
SELECT d.code AS device, e.time, e.received_at, e.time_source, e.name AS word, e.detail
FROM device_event AS e JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND e.received_at >= %(since)s;

-- name: witnessed_events_at
-- The events of devices of a commune at given times.
SELECT d.code AS device, e.time, e.received_at, e.time_source, e.name AS word, e.detail
FROM unnest(%(codes)s::text[], %(times)s::timestamptz[]) AS w (code, time)
JOIN commune AS c ON c.code = %(commune)s
JOIN device AS d ON d.commune_id = c.commune_id AND d.code = w.code
JOIN device_event AS e ON e.device_id = d.device_id AND e.time = w.time;

-- name: witnessed_letters
-- All dead letters of a commune's topics that were received since a moment.
SELECT topic, payload, level, reason, reading_index, field FROM dead_letter
WHERE split_part(topic, '/', 2) = %(commune)s AND received_at >= %(since)s;

-- name: witnessed_alerts
-- The alerts that were opened since a moment, oldest first.
SELECT kind, subject, opened_at, closed_at, members, detail_en FROM alert
WHERE opened_at >= %(since)s ORDER BY opened_at, alert_id;

-- name: witnessed_days
-- The readings of a kind from the devices of a commune by local day, counted in whole numbers. OFFSET 0 keeps the
-- planner from working the weight of a reading out anew for each of its fields.
SELECT d.code, r.day, count(*), count(*) FILTER (WHERE r.is_other), {sums}
FROM (
    SELECT q.*, (q.microseconds / 1000000 + q.key_number) %% 65521 + 1 AS weight,
        ((q.microseconds / 1000000 + 25200) / 86400)::integer AS day,
        q.received_at <> q.time OR q.time_source <> 0 OR q.device_time IS NOT NULL AS is_other
    FROM (
        SELECT t.*, round(date_part('epoch', t.time) * 1000000)::bigint AS microseconds, {key} AS key_number
        FROM {table} AS t
        WHERE t.time >= %(start)s AND t.time < %(end)s
        OFFSET 0
    ) AS q
    OFFSET 0
) AS r
JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s
GROUP BY d.code, r.day;

-- name: witnessed_readings_between
-- The readings of a kind from one device of a commune between two times.
SELECT d.code AS witnessed_device, t.* FROM {table} AS t
JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND d.code = %(code)s AND t.time >= %(start)s AND t.time < %(end)s;
