-- name: copy_dead_letters
-- Everything of a batch that was set aside.
COPY dead_letter (received_at, level, reason, detail, topic, payload, device_id, reading_index, field, value,
    settles)
FROM STDIN (FORMAT BINARY);

-- name: add_to_ledger
-- Add a batch's counts to the loss ledger. Rows come in order, so that two writers cannot deadlock.
INSERT INTO ledger AS l (
    device_id, day, received, stored, duplicate, dead_lettered, redelivered,
    readings_stored, readings_merged, readings_duplicate, readings_dead_lettered, fields_dead_lettered)
SELECT * FROM unnest(
    %(device_id)s::integer[], %(day)s::date[], %(received)s::bigint[], %(stored)s::bigint[], %(duplicate)s::bigint[],
    %(dead_lettered)s::bigint[], %(redelivered)s::bigint[], %(readings_stored)s::bigint[],
    %(readings_merged)s::bigint[], %(readings_duplicate)s::bigint[], %(readings_dead_lettered)s::bigint[],
    %(fields_dead_lettered)s::bigint[])
ON CONFLICT (device_id, day) DO UPDATE SET
    received = l.received + excluded.received,
    stored = l.stored + excluded.stored,
    duplicate = l.duplicate + excluded.duplicate,
    dead_lettered = l.dead_lettered + excluded.dead_lettered,
    redelivered = l.redelivered + excluded.redelivered,
    readings_stored = l.readings_stored + excluded.readings_stored,
    readings_merged = l.readings_merged + excluded.readings_merged,
    readings_duplicate = l.readings_duplicate + excluded.readings_duplicate,
    readings_dead_lettered = l.readings_dead_lettered + excluded.readings_dead_lettered,
    fields_dead_lettered = l.fields_dead_lettered + excluded.fields_dead_lettered;

-- name: add_delivery
-- What a batch settles with the broker.
INSERT INTO delivery (client_id, batch, count, messages)
VALUES (%(client_id)s, %(batch)s, %(count)s, %(messages)s);

-- name: forget_deliveries
-- Forget what was settled so long ago that its packet ids have been used again.
DELETE FROM delivery AS d USING (
    SELECT batch, sum(count) OVER (ORDER BY batch DESC) - count AS later
    FROM delivery WHERE client_id = %(client_id)s
) AS s
WHERE d.client_id = %(client_id)s AND d.batch = s.batch AND s.later >= %(remembered)s;

-- name: forget_session
-- Forget what was settled in a session that the broker has lost: its packet ids mean nothing in the next one.
DELETE FROM delivery WHERE client_id = %(client_id)s AND batch < %(batch)s;

-- name: find_delivery
-- Whether a batch was settled.
SELECT 1 FROM delivery WHERE client_id = %(client_id)s AND batch = %(batch)s;

-- name: last_batch
-- The last batch that a session settled.
SELECT coalesce(max(batch), 0) FROM delivery WHERE client_id = %(client_id)s;

-- name: deliveries
-- What a session has settled, oldest first.
SELECT messages FROM delivery WHERE client_id = %(client_id)s ORDER BY batch;

-- name: put_worker
-- What a session has seen and holds.
INSERT INTO ingest_worker (client_id, started_at, seen_at, received, in_hand, oldest_at, filters)
VALUES (%(client_id)s, %(started_at)s, now(), %(received)s, %(in_hand)s,
    now() - %(lag_seconds)s::double precision * interval '1 second', %(filters)s)
ON CONFLICT (client_id) DO UPDATE SET
    started_at = excluded.started_at, seen_at = excluded.seen_at,
    received = excluded.received, in_hand = excluded.in_hand, oldest_at = excluded.oldest_at, filters = excluded.filters;

-- name: known_filters
-- The topic filters of a session.
SELECT filters FROM ingest_worker WHERE client_id = %(client_id)s;
