-- name: open_letters
-- Open dead letters, oldest first, after a number. A stranger's are found by the codes in their topic.
SELECT l.dead_letter_id, l.topic, l.received_at, sha256(l.payload)
FROM dead_letter AS l
WHERE l.state = 'open'
    AND (%(numbers)s::bigint[] IS NULL OR l.dead_letter_id = ANY(%(numbers)s))
    AND (%(after)s::bigint IS NULL OR l.dead_letter_id > %(after)s)
    AND (%(reason)s::text IS NULL OR l.reason = %(reason)s)
    AND (%(commune)s::text IS NULL OR split_part(l.topic, '/', 2) = %(commune)s)
    AND (%(device)s::text IS NULL OR split_part(l.topic, '/', 4) = %(device)s)
    AND (%(start)s::timestamptz IS NULL OR l.received_at >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR l.received_at < %(end)s)
ORDER BY l.dead_letter_id
LIMIT %(limit)s;

-- name: letters_of_former_strangers
-- Open dead letters of devices that are registered, and in service, by now; oldest first, after a number.
SELECT l.dead_letter_id, l.topic, l.received_at, sha256(l.payload)
FROM device AS d
JOIN commune AS c USING (commune_id)
CROSS JOIN unnest(ARRAY['telemetry', 'status', 'event']) AS channel
JOIN dead_letter AS l ON l.topic = concat_ws('/', 'xa', c.code, d.kind, d.code, channel)
WHERE d.state NOT IN ('planned', 'retired')
    AND l.state = 'open' AND l.reason = 'unknown_device' AND l.dead_letter_id > %(after)s
ORDER BY l.dead_letter_id
LIMIT %(limit)s;

-- name: letters_of_message
-- Every dead letter of one message, held until the end of the transaction: a second replay waits here.
SELECT dead_letter_id, device_id, level, reading_index, field, settles, state
FROM dead_letter
WHERE received_at = %(received_at)s AND topic = %(topic)s AND sha256(payload) = %(digest)s
ORDER BY dead_letter_id
FOR UPDATE;

-- name: payload_of_letter
-- The payload of a dead letter.
SELECT payload FROM dead_letter WHERE dead_letter_id = %(number)s;

-- name: mark_replayed
-- Dead letters that have become readings.
UPDATE dead_letter SET state = 'replayed', state_changed_at = now() WHERE dead_letter_id = ANY(%(numbers)s);

-- name: no_longer_settles
-- The ledger no longer counts a message as dead-lettered for these.
UPDATE dead_letter SET settles = false WHERE dead_letter_id = ANY(%(numbers)s);

-- name: mark_discarded
-- Dead letters that nobody will replay; in one order, so that it waits for a replay and never stands in its way.
UPDATE dead_letter SET state = 'discarded', state_changed_at = now()
WHERE dead_letter_id IN (
    SELECT dead_letter_id FROM dead_letter
    WHERE dead_letter_id = ANY(%(numbers)s) AND state = 'open'
    ORDER BY dead_letter_id FOR UPDATE);
