-- name: database_clock
-- What time it is by the database's clock.
SELECT clock_timestamp();

-- name: silent_sessions
-- Ingest sessions that have not written since a moment, the longest silent first.
SELECT client_id, seen_at FROM ingest_worker WHERE seen_at < %(before)s ORDER BY seen_at, client_id;
