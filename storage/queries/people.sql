-- name: caller_of_token
-- The token of this hash, if it is good now. A token made by a person may never do more than that person.
SELECT t.api_token_id, t.role, p.role, t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute'
FROM commune.api_token AS t
LEFT JOIN commune.person AS p ON p.person_id = t.created_by
WHERE t.token_sha256 = %(sha256)s AND t.revoked_at IS NULL AND t.expires_at > now() AND p.disabled_at IS NULL;

-- name: caller_of_session
-- The person of the session of this hash, if it is good now and was used within the last %(idle_seconds)s seconds.
SELECT p.person_id, p.username, p.display_name, p.role, p.language, s.seen_at < now() - interval '1 minute'
FROM commune.session AS s
JOIN commune.person AS p USING (person_id)
WHERE s.token_sha256 = %(sha256)s AND s.expires_at > now() AND p.disabled_at IS NULL
    AND s.seen_at > now() - make_interval(secs => %(idle_seconds)s);

-- name: add_token
-- Keep the hash of a new token; returns its number and when it ends.
INSERT INTO commune.api_token (name, token_sha256, role, created_by, expires_at)
VALUES (%(name)s, %(sha256)s, %(role)s, %(created_by)s, now() + make_interval(secs => %(seconds)s))
RETURNING api_token_id, expires_at;

-- name: touch_token
-- Note that a token is in use.
UPDATE commune.api_token SET last_used_at = now() WHERE token_sha256 = %(sha256)s;

-- name: touch_session
-- Note that a session is in use.
UPDATE commune.session SET seen_at = now() WHERE token_sha256 = %(sha256)s;
