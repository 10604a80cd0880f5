-- What arrives besides readings, and the books that are kept of everything that arrives.

CREATE TABLE commune.device_status (
    device_id integer NOT NULL REFERENCES commune.device,
    time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    time_source smallint NOT NULL,
    online boolean NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (device_id, time)
);

CREATE TABLE commune.device_event (
    device_id integer NOT NULL REFERENCES commune.device,
    time timestamptz NOT NULL,
    name text NOT NULL,
    received_at timestamptz NOT NULL,
    time_source smallint NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (device_id, time, name)
);

-- The newest value of every field of every device. `values` is {field: [value, Unix seconds]}.
CREATE TABLE commune.latest (
    device_id integer NOT NULL REFERENCES commune.device,
    key text NOT NULL,
    time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    "values" jsonb NOT NULL,
    PRIMARY KEY (device_id, key)
) WITH (fillfactor = 50);
COMMENT ON COLUMN commune.latest.key IS 'the key fields joined by /, empty for a kind without keys';
COMMENT ON COLUMN commune.latest.time IS 'the newest time of any field';

-- Everything that was set aside, with the raw bytes. A row of level message or reading stands for what it names;
-- one of level field says that the rest of the reading was stored.
CREATE TABLE commune.dead_letter (
    dead_letter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    level text NOT NULL CHECK (level IN ('message', 'reading', 'field')),
    reason text NOT NULL,
    detail text NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    device_id integer REFERENCES commune.device,
    reading_index integer,
    field text,
    value text,
    settles boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded')),
    state_changed_at timestamptz
);
COMMENT ON COLUMN commune.dead_letter.settles IS 'true in the one row for which the ledger counts its message as dead-lettered';
CREATE INDEX dead_letter_open ON commune.dead_letter (topic) WHERE state = 'open';
CREATE INDEX dead_letter_device ON commune.dead_letter (device_id, received_at);
CREATE INDEX dead_letter_time ON commune.dead_letter (received_at);

-- The loss ledger. A row for each device and day (UTC+7) of receipt; device 0 stands for what no registered device
-- sent. In messages: received = stored + duplicate + dead_lettered. `redelivered` counts what the broker brought again
-- although it had been settled; it is in none of the others.
CREATE TABLE commune.ledger (
    device_id integer NOT NULL,
    day date NOT NULL,
    received bigint NOT NULL DEFAULT 0,
    stored bigint NOT NULL DEFAULT 0,
    duplicate bigint NOT NULL DEFAULT 0,
    dead_lettered bigint NOT NULL DEFAULT 0,
    redelivered bigint NOT NULL DEFAULT 0,
    readings_stored bigint NOT NULL DEFAULT 0,
    readings_merged bigint NOT NULL DEFAULT 0,
    readings_duplicate bigint NOT NULL DEFAULT 0,
    readings_dead_lettered bigint NOT NULL DEFAULT 0,
    fields_dead_lettered bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, day)
);

-- What each ingest session has seen, written with every batch: `received` counts deliveries since `started_at`.
CREATE TABLE commune.ingest_worker (
    client_id text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    received bigint NOT NULL,
    in_hand bigint NOT NULL,
    filters text[] NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN commune.ingest_worker.filters IS 'the topic filters that the broker keeps with the session';

-- What was settled but whose acknowledgement the broker may not have seen. A redelivery that is found here is
-- acknowledged again and counted as redelivered, never stored twice. `messages` holds 12 bytes for each message:
-- its packet id, the CRC-32 of topic and payload, and the length of the payload, 4 bytes each, big endian.
CREATE TABLE commune.delivery (
    client_id text NOT NULL,
    batch bigint NOT NULL,
    settled_at timestamptz NOT NULL DEFAULT now(),
    count integer NOT NULL,
    messages bytea NOT NULL,
    PRIMARY KEY (client_id, batch)
);

-- The newer value of each field of two `latest.values`.
CREATE FUNCTION commune.merge_latest(old jsonb, new jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_object_agg(
        coalesce(o.key, n.key),
        CASE
            WHEN n.value IS NULL THEN o.value
            WHEN o.value IS NULL THEN n.value
            WHEN (n.value ->> 1)::double precision >= (o.value ->> 1)::double precision THEN n.value
            ELSE o.value
        END)
    FROM jsonb_each(old) AS o FULL JOIN jsonb_each(new) AS n ON o.key = n.key
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA commune TO commune_admin;
REVOKE INSERT, UPDATE, DELETE ON commune.schema_migration, commune.kind FROM commune_admin;
GRANT SELECT ON ALL TABLES IN SCHEMA commune TO commune_read;
GRANT SELECT ON commune.commune, commune.device, commune.registry_generation TO commune_ingest;
GRANT SELECT, INSERT, UPDATE ON commune.device_status, commune.device_event, commune.latest, commune.dead_letter,
    commune.ledger, commune.ingest_worker TO commune_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON commune.delivery TO commune_ingest;
