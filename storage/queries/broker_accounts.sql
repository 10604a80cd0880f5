-- name: ask_for_accounts
-- Wish for an account for each of these devices, or a new password for the one that it has. Without a password an
-- account that is there stays as it is.
INSERT INTO broker_account AS a (device_id, username, sealed_password, password_changed_at)
SELECT d.device_id, c.code || '.' || d.code, asked.sealed, CASE WHEN asked.sealed IS NOT NULL THEN now() END
FROM unnest(%(device_ids)s::integer[], %(sealed)s::bytea[]) AS asked (device_id, sealed)
JOIN device AS d USING (device_id)
JOIN commune AS c USING (commune_id)
ON CONFLICT (device_id) DO UPDATE
SET username = excluded.username, sealed_password = coalesce(excluded.sealed_password, a.sealed_password),
    password_changed_at = coalesce(excluded.password_changed_at, a.password_changed_at),
    enabled = true, wanted = a.wanted + 1, changed_at = now(), failure = NULL
RETURNING device_id;

-- name: enable_account
-- Let a device in, or shut it out.
UPDATE broker_account SET enabled = %(enabled)s, wanted = wanted + 1, changed_at = now(), failure = NULL
WHERE device_id = %(device_id)s
RETURNING device_id;

-- name: account_of_device
-- The account of a device, without its password.
SELECT a.device_id, c.code AS commune, d.code, d.kind, a.username, a.enabled AND d.state <> 'retired' AS enabled,
    a.wanted, a.applied, a.password_waiting, a.has_password, a.password_changed_at, a.changed_at, a.applied_at,
    a.failure
FROM broker_account AS a JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE a.device_id = %(device_id)s;

-- name: all_accounts
-- The account of every device, without passwords.
SELECT a.device_id, c.code AS commune, d.code, d.kind, a.username, a.enabled AND d.state <> 'retired' AS enabled,
    a.wanted, a.applied, a.password_waiting, a.has_password, a.password_changed_at, a.changed_at, a.applied_at,
    a.failure
FROM broker_account AS a JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
ORDER BY a.username;

-- name: refusals_of_device
-- What the broker refused to a device since a moment, under its name or under its client id, newest first.
SELECT r.client_id, r.reason, r.subject, r.first_at, r.last_at, r.times, r.address
FROM broker_refusal AS r
JOIN broker_account AS a ON a.username = r.client_id
WHERE a.device_id = %(device_id)s AND r.last_at >= %(since)s
ORDER BY r.last_at DESC LIMIT %(limit)s;
