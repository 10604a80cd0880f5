-- name: add_person
-- A new person; nothing where the name is taken.
INSERT INTO commune.person
    (username, display_name, role, password_hash, language, identity_issuer, identity_subject)
VALUES (%(username)s, %(display_name)s, %(role)s, %(password_hash)s, %(language)s, %(issuer)s, %(subject)s)
ON CONFLICT (username) DO NOTHING
RETURNING person_id;

-- name: list_people
-- People by name, after one of them, with when they last signed in and until when they may not.
SELECT p.person_id, p.username, p.display_name, p.role, p.language, p.version, p.created_at, p.disabled_at,
    p.last_login_at, p.password_hash IS NOT NULL, p.identity_issuer,
    CASE WHEN f.locked_until > now() THEN f.locked_until END,
    (SELECT count(*) FROM commune.api_token AS t
        WHERE t.created_by = p.person_id AND t.revoked_at IS NULL AND t.expires_at > now())
FROM commune.person AS p
LEFT JOIN commune.sign_in_failure AS f
    ON f.subject_sha256 = sha256(convert_to('account:' || p.username, 'UTF8'))
WHERE (%(username)s::text IS NULL OR p.username = %(username)s)
    AND (%(after)s::text IS NULL OR p.username > %(after)s)
ORDER BY p.username
LIMIT %(limit)s;

-- name: lock_administrators
-- Those who may administer now, held until the transaction ends: two of them cannot remove each other at once.
SELECT username FROM commune.person WHERE role = 'administrator' AND disabled_at IS NULL
ORDER BY person_id FOR UPDATE;

-- name: lock_person
-- The version of a person, held until the transaction ends.
SELECT version FROM commune.person WHERE username = %(username)s FOR UPDATE;

-- name: change_person
-- Give a person another name, role or language, or disable and enable them.
UPDATE commune.person SET
    display_name = %(display_name)s,
    role = %(role)s,
    language = %(language)s,
    disabled_at = CASE WHEN %(disabled)s THEN coalesce(disabled_at, now()) END,
    version = version + 1
WHERE username = %(username)s;

-- name: set_password_hash
-- Another password; who signs in through a provider may have one besides.
UPDATE commune.person SET password_hash = %(password_hash)s, version = version + 1 WHERE username = %(username)s;

-- name: rehash_password
-- The same password under stronger parameters.
UPDATE commune.person SET password_hash = %(password_hash)s WHERE username = %(username)s;

-- name: password_hash_of
-- What a password is checked against.
SELECT person_id, password_hash, disabled_at IS NOT NULL FROM commune.person WHERE username = %(username)s;

-- name: person_of_identity
-- Whom a provider means by a subject.
SELECT username, role, disabled_at IS NOT NULL FROM commune.person
WHERE identity_issuer = %(issuer)s AND identity_subject = %(subject)s;

-- name: claim_identity
-- Join a subject of a provider to the person who was registered for it and has never come.
UPDATE commune.person SET identity_subject = %(subject)s, version = version + 1
WHERE username = %(username)s AND identity_issuer = %(issuer)s AND identity_subject IS NULL
RETURNING username, role, disabled_at IS NOT NULL;
