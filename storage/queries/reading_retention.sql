-- name: horizon_of
-- From when on the readings and the hours of a kind are kept.
SELECT nullif(raw_from, '-infinity'), nullif(hourly_from, '-infinity') FROM rollup_horizon WHERE kind = %(kind)s;

-- name: raise_raw_horizon
-- The readings of a kind before a moment were deleted.
INSERT INTO rollup_horizon AS h (kind, raw_from) VALUES (%(kind)s, %(moment)s)
ON CONFLICT (kind) DO UPDATE SET raw_from = greatest(h.raw_from, excluded.raw_from);

-- name: raise_hourly_horizon
-- The hours of a kind before a moment were deleted.
UPDATE rollup_horizon SET hourly_from = greatest(hourly_from, %(moment)s) WHERE kind = %(kind)s;

-- name: is_noted
-- Whether an hour of a kind between two moments has a note, or a day whose coverage was not counted yet lies there.
SELECT EXISTS (SELECT FROM rollup_note WHERE kind = %(kind)s AND hour >= %(start)s AND hour < %(end)s)
    OR %(kind)s = 'signal_probe' AND EXISTS (
        SELECT FROM coverage_note
        WHERE day >= (%(start)s::timestamptz AT TIME ZONE 'UTC' + interval '7 hours')::date
            AND day < (%(end)s::timestamptz AT TIME ZONE 'UTC' + interval '31 hours' - interval '1 microsecond')::date
    );

-- name: chunks_of_kind
-- The chunks of a kind's hypertable that end before a moment, oldest first.
SELECT format('%%I.%%I', chunk_schema, chunk_name), range_start, range_end FROM timescaledb_information.chunks
WHERE hypertable_schema = 'commune' AND hypertable_name = %(kind)s AND range_end <= %(before)s
ORDER BY range_start;

-- name: drop_chunk
-- Drop the chunk of a kind between two moments.
SELECT commune.drop_chunk(%(kind)s, %(start)s, %(end)s);

-- name: count_deleted
-- Leave in the ledger how many readings of each device and day of receipt are deleted.
INSERT INTO ledger AS l (device_id, day, readings_deleted)
SELECT * FROM unnest(%(devices)s::integer[], %(days)s::date[], %(counts)s::bigint[])
ON CONFLICT (device_id, day) DO UPDATE SET readings_deleted = l.readings_deleted + excluded.readings_deleted;

-- name: limit_lock_time
-- Wait only so long for a lock in this transaction.
SELECT set_config('lock_timeout', %(timeout)s, true);

-- name: hold_chunk
-- Let nobody else read or write a chunk until the end of the transaction.
LOCK TABLE {chunk} IN ACCESS EXCLUSIVE MODE;

-- name: readings_to_delete
-- How many readings of each device and day of receipt (UTC+7) lie between two moments.
SELECT device_id, (received_at AT TIME ZONE interval '7 hours')::date, count(*) FROM {table}
WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s
GROUP BY 1, 2;

-- name: delete_readings
-- Delete the readings between two moments; how many of each device and day of receipt (UTC+7) they were.
WITH gone AS (
    DELETE FROM {table} WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s
    RETURNING device_id, received_at
)
SELECT device_id, (received_at AT TIME ZONE interval '7 hours')::date, count(*) FROM gone GROUP BY 1, 2;

-- name: oldest_bucket
-- The oldest bucket of a rollup.
SELECT min(time) FROM {table};

-- name: hours_to_delete
-- How many hours of a rollup lie between two moments.
SELECT count(*) FROM {table} WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s;

-- name: delete_hours
-- Delete the hours of a rollup between two moments; how many they were.
WITH gone AS (
    DELETE FROM {table} WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s RETURNING 1
)
SELECT count(*) FROM gone;
