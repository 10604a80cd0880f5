-- name: timescaledb_state
-- What the server offers of TimescaleDB, what this database has of it, and the versions.
SELECT
    (SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb') AS offered,
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS installed,
    current_setting('timescaledb.disable_load', true) IS NOT NULL AS preloaded,
    current_setting('timescaledb.license', true) AS license,
    split_part(current_setting('server_version'), ' ', 1) AS server;

-- name: create_timescaledb
-- TimescaleDB in this database; its functions in public, where every session looks for them.
CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA public;

-- name: own_time_bucket
-- Whether this database has a time_bucket of our own.
SELECT to_regprocedure('commune.time_bucket(interval, timestamptz)') IS NOT NULL;

-- name: create_time_bucket
-- TimescaleDB's time_bucket for plain PostgreSQL: same arguments, same results. Widths of days and less go by date_bin
-- from Monday 3 January 2000; widths of whole months count months in UTC, of which the origin's day is no part.
CREATE FUNCTION commune.time_bucket(bucket_width interval, ts timestamptz, origin timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN extract(year FROM bucket_width) * 12 + extract(month FROM bucket_width) > 0
            AND bucket_width - make_interval(
                years => extract(year FROM bucket_width)::integer,
                months => extract(month FROM bucket_width)::integer) = interval '0'
        THEN (timestamp '2000-01-01' + make_interval(months => (
            floor(
                ((extract(year FROM ts AT TIME ZONE 'UTC') - extract(year FROM origin AT TIME ZONE 'UTC')) * 12
                    + extract(month FROM ts AT TIME ZONE 'UTC') - extract(month FROM origin AT TIME ZONE 'UTC'))
                / (extract(year FROM bucket_width) * 12 + extract(month FROM bucket_width)))
            * (extract(year FROM bucket_width) * 12 + extract(month FROM bucket_width))
            + (extract(year FROM origin AT TIME ZONE 'UTC') - 2000) * 12
            + extract(month FROM origin AT TIME ZONE 'UTC') - 1)::integer)) AT TIME ZONE 'UTC'
        ELSE date_bin(bucket_width, ts, origin)
    END
$$;
CREATE FUNCTION commune.time_bucket(bucket_width interval, ts timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN commune.time_bucket(bucket_width, ts, timestamptz '2000-01-03 00:00:00+00');
CREATE FUNCTION wall.time_bucket(bucket_width interval, ts timestamptz, origin timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN commune.time_bucket(bucket_width, ts, origin);
CREATE FUNCTION wall.time_bucket(bucket_width interval, ts timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN commune.time_bucket(bucket_width, ts);

-- name: drop_time_bucket
-- Where TimescaleDB has come, its own time_bucket serves.
DROP FUNCTION IF EXISTS wall.time_bucket(interval, timestamptz);
DROP FUNCTION IF EXISTS wall.time_bucket(interval, timestamptz, timestamptz);
DROP FUNCTION IF EXISTS commune.time_bucket(interval, timestamptz);
DROP FUNCTION IF EXISTS commune.time_bucket(interval, timestamptz, timestamptz);
