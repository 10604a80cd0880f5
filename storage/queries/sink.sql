-- name: claim_session
-- Hold the name of an ingest session for as long as this connection lives; false when another holds it.
SELECT pg_try_advisory_lock(hashtext('commune.ingest/' || %(client_id)s), %(slot)s);
