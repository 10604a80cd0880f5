-- name: open_letters
-- Open dead letters, oldest first. A stranger's are found by the codes in their topic.
SELECT l.dead_letter_id, l.device_id, l.level, l.reading_index, l.field, l.settles, l.topic, l.payload, l.received_at
FROM dead_letter AS l
WHERE l.state = 'open'
    AND (%(reason)s::text IS NULL OR l.reason = %(reason)s)
    AND (%(commune)s::text IS NULL OR split_part(l.topic, '/', 2) = %(commune)s)
    AND (%(device)s::text IS NULL OR split_part(l.topic, '/', 4) = %(device)s)
    AND (%(start)s::timestamptz IS NULL OR l.received_at >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR l.received_at < %(end)s)
ORDER BY l.dead_letter_id
LIMIT %(limit)s;

-- name: mark_replayed
-- Dead letters that are about to become readings.
UPDATE dead_letter SET state = 'replayed', state_changed_at = now()
WHERE dead_letter_id = ANY(%(numbers)s) AND state = 'open';

-- name: no_longer_settles
-- The ledger no longer counts a message as dead-lettered for these.
UPDATE dead_letter SET settles = false WHERE dead_letter_id = ANY(%(numbers)s);

-- name: mark_discarded
-- Dead letters that nobody will replay.
UPDATE dead_letter SET state = 'discarded', state_changed_at = now()
WHERE dead_letter_id = ANY(%(numbers)s) AND state = 'open';
