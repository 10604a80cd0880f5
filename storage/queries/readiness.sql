-- name: ingest_behind
-- The ingest session that is furthest behind or has been silent longest, of the one that wrote last and of all that
-- wrote within the last hour: one that has been silent for longer beside another is one that was given up.
WITH known AS (
    SELECT client_id, seen_at,
        greatest(extract(epoch FROM now() - oldest_at), 0)::double precision AS lag_seconds,
        greatest(extract(epoch FROM now() - seen_at), 0)::double precision AS silent_seconds,
        row_number() OVER (ORDER BY seen_at DESC) AS place
    FROM ingest_worker
)
SELECT client_id, coalesce(lag_seconds, 0) AS lag_seconds, silent_seconds FROM known
WHERE place = 1 OR seen_at > now() - interval '1 hour'
ORDER BY greatest(lag_seconds, silent_seconds) DESC
LIMIT 1;
