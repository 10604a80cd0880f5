-- name: claim_session
-- Hold the name of an ingest session for as long as this connection lives; false when another holds it.
SELECT pg_try_advisory_lock(hashtext('commune.ingest/' || %(client_id)s), %(slot)s);

-- name: session_has_other_writers
-- Whether another connection holds a place in a session: one of a killed process may be committing still.
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid::bigint = hashtext('commune.ingest/' || %(client_id)s)::bigint & 4294967295
);
