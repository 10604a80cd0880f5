-- name: one_snapshot
-- Let every statement of this transaction see the same moment.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: rows_that_do_not_add_up
-- Rows of the ledger in which a message is missing or entered twice.
SELECT device_id, day, received, stored + duplicate + dead_lettered FROM ledger
WHERE received <> stored + duplicate + dead_lettered
ORDER BY device_id, day;

-- name: readings_in_the_ledger
-- How many readings of each device the ledger has entered as stored and not as deleted by retention.
SELECT device_id, sum(readings_stored - readings_deleted)::bigint FROM ledger GROUP BY device_id;

-- name: readings_of_devices
-- How many readings of each device the table of a kind holds.
SELECT device_id, count(*) FROM {table} GROUP BY device_id;

-- name: letters_that_settle
-- Dead letters for which the ledger counts a message as dead-lettered.
SELECT count(*) FROM dead_letter WHERE settles;

-- name: sequence_gaps
-- Missing sequence numbers and new beginnings of each device of a kind between two times.
WITH numbered AS (
    SELECT DISTINCT ON (device_id, time, seq) device_id, time, seq FROM {table}
    WHERE time >= %(start)s AND time < %(end)s AND seq IS NOT NULL
), stepped AS (
    SELECT device_id, seq, lag(seq) OVER (PARTITION BY device_id ORDER BY time, seq) AS previous FROM numbered
), counted AS (
    SELECT device_id, coalesce(sum(seq - previous - 1) FILTER (WHERE seq > previous + 1), 0)::bigint AS missing,
        count(*) FILTER (WHERE seq < previous) AS restarts
    FROM stepped GROUP BY device_id
)
SELECT c.code, d.code, n.missing, n.restarts
FROM counted AS n JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE n.missing > 0 OR n.restarts > 0;
