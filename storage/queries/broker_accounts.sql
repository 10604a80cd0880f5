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

-- name: listen_to_accounts
-- Be woken when somebody changes what an account shall be.
LISTEN commune_broker_account;

-- name: take_account_lock
-- One process at a time keeps the broker in step; the lock goes with the connection.
SELECT pg_try_advisory_lock(hashtext('commune.broker_account'));

-- name: waiting_accounts
-- Accounts that the broker does not stand as wished: who shall be shut out first, then the newest wishes, so that a
-- single registration never waits for an import of thousands. One that failed waits for its turn.
SELECT a.device_id, c.code AS commune, d.code, d.kind, a.username, a.enabled AND d.state <> 'retired' AS enabled,
    a.wanted, a.applied, a.password_waiting, a.has_password, a.password_changed_at, a.changed_at, a.applied_at,
    a.failure, a.sealed_password
FROM broker_account AS a JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE a.applied < a.wanted AND (a.failure IS NULL OR %(also_failed)s)
ORDER BY a.enabled AND d.state <> 'retired', a.changed_at DESC, a.device_id
LIMIT %(limit)s;

-- name: count_waiting_accounts
-- How many accounts the broker does not stand as wished, and for how many seconds the oldest wish has waited.
SELECT count(*), coalesce(extract(epoch FROM now() - min(changed_at)), 0)::double precision
FROM broker_account WHERE applied < wanted;

-- name: settle_accounts
-- What became of wishes. A wish that was overtaken by a newer one still waits; a password is erased when the broker has
-- that very one.
UPDATE broker_account AS a
SET applied = greatest(a.applied, CASE WHEN told.failure IS NULL THEN told.wanted ELSE a.applied END),
    applied_at = CASE WHEN told.failure IS NULL THEN now() ELSE a.applied_at END,
    has_password = coalesce(told.has_password, a.has_password),
    sealed_password = CASE WHEN told.failure IS NULL THEN nullif(a.sealed_password, told.sealed)
        ELSE a.sealed_password END,
    failure = CASE WHEN a.wanted = told.wanted THEN told.failure ELSE a.failure END
FROM unnest(%(device_ids)s::integer[], %(wanted)s::integer[], %(sealed)s::bytea[], %(has_password)s::boolean[],
    %(failures)s::text[]) AS told (device_id, wanted, sealed, has_password, failure)
WHERE a.device_id = told.device_id;

-- name: gone_accounts
-- Names that the broker shall forget, and whether a device has the name again.
SELECT g.username, EXISTS (SELECT FROM broker_account AS a WHERE a.username = g.username) AS is_used
FROM broker_account_gone AS g ORDER BY g.gone_at, g.username LIMIT %(limit)s;

-- name: forget_gone_accounts
-- The broker has forgotten these names.
DELETE FROM broker_account_gone WHERE username = ANY (%(usernames)s::text[]);

-- name: lose_passwords
-- The broker has lost these accounts with their passwords: each needs a new one.
UPDATE broker_account SET has_password = false, failure = NULL
WHERE username = ANY (%(usernames)s::text[]) AND sealed_password IS NULL;
