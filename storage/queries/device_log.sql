-- name: device_log
-- Statuses and events of a device, newest first, from before a place in that order.
SELECT channel, name, time, received_at, detail FROM (
    SELECT 'status' AS channel, CASE WHEN online THEN 'online' ELSE 'offline' END AS name, time, received_at, detail
    FROM device_status WHERE device_id = %(device_id)s
        AND (%(time)s::timestamptz IS NULL OR time <= %(time)s)
    UNION ALL
    SELECT 'event', name, time, received_at, detail
    FROM device_event WHERE device_id = %(device_id)s
        AND (%(time)s::timestamptz IS NULL OR time <= %(time)s)
) AS happened
WHERE %(time)s::timestamptz IS NULL OR (time, channel, name) < (%(time)s, %(channel)s, %(name)s)
ORDER BY time DESC, channel DESC, name DESC
LIMIT %(limit)s;
