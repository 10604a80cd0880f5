-- name: live_clock
-- By how many seconds a device's clock was ahead in its newest reading since a moment whose time was not believed. Such
-- a reading is stored at its time of receipt, so the index by time finds it.
SELECT extract(epoch FROM device_time - received_at)::double precision AS ahead_seconds FROM {table}
WHERE device_id = %(device_id)s AND time >= %(since)s AND time_source = 2
ORDER BY time DESC LIMIT 1;

-- name: live_happenings
-- The newest statuses and events of a device that were received since a moment.
SELECT * FROM (
    SELECT CASE WHEN online THEN 'online' ELSE 'offline' END AS name, time, received_at FROM device_status
    WHERE device_id = %(device_id)s AND received_at >= %(since)s
    UNION ALL
    SELECT name, time, received_at FROM device_event WHERE device_id = %(device_id)s AND received_at >= %(since)s
) AS happened
ORDER BY received_at DESC LIMIT %(events)s;

-- name: live_faults
-- What of a device was set aside since a moment, by reason and field, newest first.
SELECT reason, field, (array_agg(value ORDER BY dead_letter_id DESC))[1] AS value,
    (array_agg(detail ORDER BY dead_letter_id DESC))[1] AS detail,
    (array_agg(topic ORDER BY dead_letter_id DESC))[1] AS topic, max(received_at) AS last_at, count(*) AS times
FROM dead_letter
WHERE device_id = %(device_id)s AND received_at >= %(since)s
GROUP BY reason, field ORDER BY last_at DESC LIMIT %(faults)s;

-- name: live_counts
-- A device's messages since the beginning of the day, in UTC+7, that a moment lies in.
SELECT coalesce(sum(received), 0)::bigint AS received, coalesce(sum(stored), 0)::bigint AS stored,
    coalesce(sum(duplicate), 0)::bigint AS duplicate, coalesce(sum(dead_lettered), 0)::bigint AS dead_lettered
FROM ledger
WHERE device_id = %(device_id)s AND day >= (%(since)s::timestamptz AT TIME ZONE interval '7 hours')::date;
