-- name: report_hours
-- What the rollup says of fields of some devices in each hour since the start; {columns} comes from the catalogue, and
-- {keys} are columns of the view where the readings under each key are asked for apart.
SELECT r.device_id, floor(extract(epoch FROM r.time - %(start)s) / 3600)::integer AS hour, {keys} {columns}
FROM {view} AS r
WHERE r.device_id = ANY(%(device_ids)s) AND r.time >= %(start)s AND r.time < %(end)s
GROUP BY r.device_id, {keys} r.time;

-- name: report_increases
-- By how much a counter of some devices rose in each hour since the start: within the hour, and by the step to it from
-- the last hour before it that tells of the counter, which may lie before the start. The very first reading of a counter
-- rises from nothing known.
SELECT stepped.device_id, floor(extract(epoch FROM stepped.time - %(start)s) / 3600)::integer AS hour, {keys}
    CASE WHEN n = 1 THEN step ELSE last - first + lost + coalesce(step, 0) END AS rise
FROM (
    SELECT told.*, first - before + commune.counter_fall(before, first, {register}) AS step
    FROM (
        SELECT known.*, lag(last) OVER (PARTITION BY device_id {partition} ORDER BY time) AS before
        FROM (
            SELECT r.device_id, {raw_keys} r.time, {n} AS n, {first} AS first, {last} AS last, {lost} AS lost
            FROM {view} AS r
            WHERE r.device_id = ANY(%(device_ids)s) AND r.time >= %(start)s AND r.time < %(end)s
                AND {first} IS NOT NULL
            UNION ALL
            SELECT * FROM (
                SELECT DISTINCT ON (r.device_id {raw_partition})
                    r.device_id, {raw_keys} r.time, {n}, {first}, {last}, {lost}
                FROM {view} AS r
                WHERE r.device_id = ANY(%(device_ids)s) AND r.time < %(start)s
                    AND r.time >= %(start)s - %(lookback)s::interval AND {first} IS NOT NULL
                ORDER BY r.device_id {raw_partition}, r.time DESC
            ) AS earlier
        ) AS known
    ) AS told
) AS stepped
WHERE stepped.time >= %(start)s;

-- name: report_moments
-- How many readings some devices have in each hour since the start, by the field that is told most often and, where a
-- kind has keys, under that value of the first key which has most: readings of several zones at one moment are one.
SELECT device_id, floor(extract(epoch FROM time - %(start)s) / 3600)::integer AS hour, max(n)
FROM (
    SELECT r.device_id, r.time, sum(greatest({counts})) AS n
    FROM {view} AS r
    WHERE r.device_id = ANY(%(device_ids)s) AND r.time >= %(start)s AND r.time < %(end)s
    GROUP BY r.device_id, r.time {first_key}
) AS told
GROUP BY device_id, time;

-- name: report_late
-- How many moments of some devices in each hour since the start were received later than is allowed to each. The least
-- of the delays comes first: almost every reading is in time, and is passed over without looking at its device.
SELECT r.device_id, floor(extract(epoch FROM r.time - %(start)s) / 3600)::integer AS hour, count(DISTINCT r.time)
FROM {table} AS r
JOIN unnest(%(device_ids)s::integer[], %(delays)s::double precision[]) AS asked (device_id, delay) USING (device_id)
WHERE r.time >= %(start)s AND r.time < %(end)s
    AND r.received_at - r.time > %(least_delay)s::interval
    AND r.received_at - r.time > asked.delay * interval '1 second'
GROUP BY r.device_id, hour;

-- name: report_raw_from
-- The moment before which the readings of a kind were deleted; NULL: never.
SELECT nullif(raw_from, '-infinity') FROM rollup_horizon WHERE kind = %(kind)s;

-- name: report_ledger
-- What the loss ledger says of the readings of some devices received on some days (UTC+7): accepted, of those repeated,
-- readings and fields set aside.
SELECT device_id, sum(readings_stored + readings_merged + readings_duplicate)::double precision,
    sum(readings_duplicate)::double precision, sum(readings_dead_lettered)::double precision,
    sum(fields_dead_lettered)::double precision
FROM ledger
WHERE device_id = ANY(%(device_ids)s) AND day >= %(first_day)s AND day <= %(last_day)s
GROUP BY device_id;

-- name: report_set_aside
-- Of what some devices sent within a time: readings that contradict a stored one, and messages set aside whole.
SELECT device_id, count(*) FILTER (WHERE reason = 'conflict')::double precision,
    count(*) FILTER (WHERE level = 'message')::double precision
FROM dead_letter
WHERE device_id = ANY(%(device_ids)s) AND received_at >= %(start)s AND received_at < %(end)s
GROUP BY device_id;
