-- name: delete_old_letters
-- Delete some of the dead letters that were received before a moment, oldest first, and leave their number in the ledger.
-- Letters that a replay holds at this moment are left for the next time.
WITH chosen AS (
    SELECT dead_letter_id FROM dead_letter WHERE received_at < %(before)s
    ORDER BY received_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), deleted AS (
    DELETE FROM dead_letter AS l USING chosen AS c WHERE l.dead_letter_id = c.dead_letter_id
    RETURNING l.device_id, l.received_at, l.settles, l.state
), counted AS (
    INSERT INTO ledger AS b (device_id, day, letters_deleted, messages_deleted)
    SELECT coalesce(device_id, 0), (received_at AT TIME ZONE interval '7 hours')::date, count(*),
        count(*) FILTER (WHERE settles)
    FROM deleted GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (device_id, day) DO UPDATE SET
        letters_deleted = b.letters_deleted + excluded.letters_deleted,
        messages_deleted = b.messages_deleted + excluded.messages_deleted
)
SELECT count(*), count(*) FILTER (WHERE state = 'open') FROM deleted;
