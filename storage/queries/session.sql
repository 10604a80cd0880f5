-- name: prepare_session
-- Every session speaks UTC, finds our tables (and time_bucket, ours or TimescaleDB's) first, and wears its role.
SELECT set_config('search_path', 'commune, public', false),
    set_config('TimeZone', 'UTC', false),
    CASE WHEN %(role)s::text IS NOT NULL THEN set_config('role', %(role)s::text, false) END;
