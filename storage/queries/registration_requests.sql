-- name: lock_registration_key
-- Let one transaction at a time decide about a key.
SELECT pg_advisory_xact_lock(hashtextextended('registration ' || %(key)s::uuid::text, 0));

-- name: registered_under
-- The codes of the device that was registered under a key.
SELECT c.code, d.code FROM registration_request AS r JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE r.key = %(key)s;

-- name: forget_registration_keys
-- Forget keys that nobody will send again.
DELETE FROM registration_request WHERE requested_at < now() - make_interval(days => %(days)s);

-- name: keep_registration_key
-- Remember under which key a device was registered.
INSERT INTO registration_request (key, device_id) VALUES (%(key)s, %(device_id)s);
