-- name: open_alert
-- Open an alert, or say of the one that is open that its cause is still there.
INSERT INTO alert AS a (kind, subject, opened_at, seen_at, detail_vi, detail_en)
VALUES (%(kind)s, %(subject)s, %(at)s, %(at)s, %(detail_vi)s, %(detail_en)s)
ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO UPDATE SET
    seen_at = greatest(a.seen_at, excluded.seen_at), detail_vi = excluded.detail_vi, detail_en = excluded.detail_en
RETURNING xmax = 0;

-- name: close_quiet_alerts
-- Close the alerts of a kind whose cause has not been seen since a moment.
UPDATE alert SET closed_at = greatest(%(at)s, opened_at)
WHERE kind = %(kind)s AND closed_at IS NULL AND seen_at < %(quiet_since)s
RETURNING subject;

-- name: list_alerts
-- Alerts, newest first.
SELECT kind, subject, opened_at, seen_at, closed_at, detail_vi, detail_en FROM alert
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s) AND (NOT %(only_open)s OR closed_at IS NULL)
ORDER BY opened_at DESC, alert_id DESC
LIMIT %(limit)s;
