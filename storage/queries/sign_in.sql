-- name: caller_of_session
-- The person of the session of this hash, if it is good now and was used within the last %(idle_seconds)s seconds.
SELECT p.person_id, p.username, p.display_name, p.role, p.language, s.seen_at < now() - interval '1 minute'
FROM commune.session AS s
JOIN commune.person AS p USING (person_id)
WHERE s.token_sha256 = %(sha256)s AND s.expires_at > now() AND p.disabled_at IS NULL
    AND s.seen_at > now() - make_interval(secs => %(idle_seconds)s);

-- name: touch_session
-- Note that a session is in use.
UPDATE commune.session SET seen_at = now() WHERE token_sha256 = %(sha256)s;

-- name: open_session
-- A new session of a person, and a note that they came.
WITH came AS (
    UPDATE commune.person SET last_login_at = now() WHERE person_id = %(person_id)s
)
INSERT INTO commune.session (token_sha256, person_id, expires_at, user_agent)
VALUES (%(sha256)s, %(person_id)s, now() + make_interval(secs => %(absolute_seconds)s), %(user_agent)s);

-- name: close_session
-- End one session.
DELETE FROM commune.session WHERE token_sha256 = %(sha256)s;

-- name: close_sessions_of
-- End every session of a person but one.
DELETE FROM commune.session AS s USING commune.person AS p
WHERE p.person_id = s.person_id AND p.username = %(username)s
    AND (%(but_sha256)s::bytea IS NULL OR s.token_sha256 <> %(but_sha256)s);

-- name: count_sessions
-- Sessions of a person that are good now, and the version of the person.
SELECT (SELECT count(*) FROM commune.session AS s
        WHERE s.person_id = p.person_id AND s.expires_at > now()
            AND s.seen_at > now() - make_interval(secs => %(idle_seconds)s)), p.version
FROM commune.person AS p WHERE p.username = %(username)s;

-- name: sweep_sign_in
-- Forget what has ended: sessions, failures of long ago, sign-ins that never came back.
WITH sessions AS (
    DELETE FROM commune.session
    WHERE expires_at < now() OR seen_at < now() - make_interval(secs => %(idle_seconds)s)
), failures AS (
    DELETE FROM commune.sign_in_failure
    WHERE last_at < now() - make_interval(secs => 2 * %(lock_seconds)s) AND locked_until < now()
)
DELETE FROM commune.provider_sign_in WHERE expires_at < now();

-- name: claim_try
-- Count a try as failed before it is made, so that many at once cannot pass together; success takes it back.
-- Nothing is returned, and nothing counted, while the subject is locked. After the first few failures each makes the
-- next wait twice as long; at the limit it is locked, and after as long without a try all is forgotten.
INSERT INTO commune.sign_in_failure AS f (subject_sha256, failures, last_at, locked_until)
VALUES (%(subject)s, 1, clock_timestamp(), clock_timestamp())
ON CONFLICT (subject_sha256) DO UPDATE SET
    failures = CASE WHEN f.last_at < clock_timestamp() - make_interval(secs => %(lock_seconds)s)
        THEN 1 ELSE f.failures + 1 END,
    last_at = clock_timestamp(),
    locked_until = clock_timestamp() + make_interval(secs => CASE
        WHEN f.last_at < clock_timestamp() - make_interval(secs => %(lock_seconds)s) THEN 0
        WHEN f.failures + 1 >= %(limit)s THEN %(lock_seconds)s
        WHEN f.failures + 1 > %(free)s THEN least(power(2, f.failures + 1 - %(free)s), 60)
        ELSE 0 END)
WHERE f.locked_until <= clock_timestamp()
RETURNING f.failures;

-- name: seconds_locked
-- For how long a subject may not try.
SELECT greatest(1, ceil(extract(epoch FROM locked_until - clock_timestamp())))::integer
FROM commune.sign_in_failure WHERE subject_sha256 = %(subject)s;

-- name: forget_failures
-- Whoever signs in starts anew.
DELETE FROM commune.sign_in_failure WHERE subject_sha256 = %(subject)s;

-- name: take_try_back
-- A try that succeeded does not count against its address.
UPDATE commune.sign_in_failure SET failures = greatest(failures - 1, 0),
    locked_until = CASE WHEN failures > %(limit)s THEN locked_until ELSE clock_timestamp() END
WHERE subject_sha256 = %(subject)s;

-- name: begin_provider_sign_in
-- Keep what must come back from a provider, and forget what never came back.
WITH forgotten AS (
    DELETE FROM commune.provider_sign_in WHERE expires_at < now()
)
INSERT INTO commune.provider_sign_in (cookie_sha256, state, nonce, code_verifier, next_path, expires_at)
VALUES (%(sha256)s, %(state)s, %(nonce)s, %(code_verifier)s, %(next_path)s, now() + interval '10 minutes');

-- name: end_provider_sign_in
-- What was kept, which holds only once.
DELETE FROM commune.provider_sign_in WHERE cookie_sha256 = %(sha256)s
RETURNING state, nonce, code_verifier, next_path, expires_at > now();
