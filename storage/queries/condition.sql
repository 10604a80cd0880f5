-- name: database_clock
-- What time it is by the database's clock.
SELECT clock_timestamp();

-- name: silent_sessions
-- Ingest sessions that have not written since a moment, the longest silent first.
SELECT client_id, seen_at FROM ingest_worker WHERE seen_at < %(before)s ORDER BY seen_at, client_id;

-- name: cut_connections
-- End every other connection to this database.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
