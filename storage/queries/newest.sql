-- name: put_latest_uniform
-- The newest values of devices whose fields all carry the row's time.
INSERT INTO latest AS l (device_id, key, time, received_at, "values")
SELECT * FROM unnest(%(d)s::integer[], %(k)b::text[], %(t)s::timestamptz[], %(r)s::timestamptz[], %(v)b::text[]::jsonb[])
ON CONFLICT (device_id, key) DO UPDATE SET
    time = greatest(l.time, excluded.time),
    received_at = greatest(l.received_at, excluded.received_at),
    "values" = CASE
        WHEN excluded.time >= l.time THEN l."values" || excluded."values"
        ELSE commune.merge_latest(l."values", excluded."values")
    END;

-- name: put_latest_mixed
-- The newest values of devices whose fields carry times of their own.
INSERT INTO latest AS l (device_id, key, time, received_at, "values")
SELECT * FROM unnest(%(d)s::integer[], %(k)b::text[], %(t)s::timestamptz[], %(r)s::timestamptz[], %(v)b::text[]::jsonb[])
ON CONFLICT (device_id, key) DO UPDATE SET
    time = greatest(l.time, excluded.time),
    received_at = greatest(l.received_at, excluded.received_at),
    "values" = commune.merge_latest(l."values", excluded."values");
