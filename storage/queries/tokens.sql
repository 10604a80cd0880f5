-- name: caller_of_token
-- The token of this hash, if it is good now. A token made by a person may never do more than that person.
SELECT t.api_token_id, t.role, p.role, t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute',
    t.created_by
FROM commune.api_token AS t
LEFT JOIN commune.person AS p ON p.person_id = t.created_by
WHERE t.token_sha256 = %(sha256)s AND t.revoked_at IS NULL AND t.expires_at > now() AND p.disabled_at IS NULL;

-- name: add_token
-- Keep the hash of a new token; returns its number and when it ends.
INSERT INTO commune.api_token (name, token_sha256, role, created_by, expires_at)
VALUES (%(name)s, %(sha256)s, %(role)s, %(created_by)s, now() + make_interval(secs => %(seconds)s))
RETURNING api_token_id, expires_at;

-- name: list_tokens
-- Tokens, the newest first, before one of them.
SELECT t.api_token_id, t.name, t.role, p.username, t.created_at, t.expires_at, t.last_used_at, t.revoked_at,
    CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired'
        WHEN p.disabled_at IS NOT NULL THEN 'maker_disabled' ELSE 'good' END
FROM commune.api_token AS t
LEFT JOIN commune.person AS p ON p.person_id = t.created_by
WHERE (%(before)s::integer IS NULL OR t.api_token_id < %(before)s)
    AND (%(token_id)s::integer IS NULL OR t.api_token_id = %(token_id)s)
    AND (NOT %(good)s OR (t.revoked_at IS NULL AND t.expires_at > now() AND p.disabled_at IS NULL))
ORDER BY t.api_token_id DESC
LIMIT %(limit)s;

-- name: revoke_token
-- End a token for good; it is kept, so that the audit trail has its name.
UPDATE commune.api_token SET revoked_at = coalesce(revoked_at, now()) WHERE api_token_id = %(token_id)s
RETURNING api_token_id;

-- name: touch_token
-- Note that a token is in use.
UPDATE commune.api_token SET last_used_at = now() WHERE token_sha256 = %(sha256)s;
