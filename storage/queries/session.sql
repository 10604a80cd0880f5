-- name: prepare_session
-- Every session speaks UTC, finds our tables (and time_bucket, ours or TimescaleDB's) first, and wears its role.
-- The server misses it within a minute when the network swallows it, not after two hours: it may hold a lock.
SELECT set_config('search_path', 'commune, public', false),
    set_config('TimeZone', 'UTC', false),
    set_config('tcp_keepalives_idle', '30', false),
    set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '3', false),
    CASE WHEN %(role)s::text IS NOT NULL THEN set_config('role', %(role)s::text, false) END;

-- name: name_actor
-- Who asks for what this transaction changes; the audit trail takes it from here.
SELECT set_config('commune.actor', %(actor)s::text, true);

-- name: name_actor_of_session
-- Who asks for what this session changes, where a transaction names nobody else.
SELECT set_config('commune.actor', %(actor)s::text, false);

-- name: name_deed
-- What this transaction does, in a word and in the words of who asks for it; the audit trail takes both from here.
SELECT set_config('commune.deed', %(deed)s::text, true), set_config('commune.note', %(note)s::text, true);
