-- name: list_audit
-- What was changed, the newest first, before a number.
SELECT audit_id, at, actor, account, action, subject_kind, subject, before, after, note
FROM audit
WHERE (%(subject_kind)s::text IS NULL OR subject_kind = %(subject_kind)s)
    AND (%(subject)s::text IS NULL OR subject = %(subject)s)
    AND (%(actor)s::text IS NULL OR actor = %(actor)s)
    AND (%(action)s::text IS NULL OR action = %(action)s)
    AND (%(start)s::timestamptz IS NULL OR at >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR at < %(end)s)
    AND (%(before)s::bigint IS NULL OR audit_id < %(before)s)
ORDER BY audit_id DESC
LIMIT %(limit)s;
