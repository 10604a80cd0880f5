-- What is watched and repaired: how far ingest is behind, what the broker drops, alerts, dead letters that are deleted.

-- The role in which the API replays and discards dead letters: it adds readings as ingest does, and cannot delete.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'commune_repair') THEN
        CREATE ROLE commune_repair NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- made by another database of this server at this very moment
END $$;

ALTER TABLE commune.ingest_worker ADD COLUMN oldest_at timestamptz;
COMMENT ON COLUMN commune.ingest_worker.oldest_at IS 'when the oldest message in hand was received; NULL: none in hand';

-- Retention deletes dead letters and leaves their number here, so that the ledger still accounts for every message.
ALTER TABLE commune.ledger
    ADD COLUMN letters_deleted bigint NOT NULL DEFAULT 0,
    ADD COLUMN messages_deleted bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN commune.ledger.letters_deleted IS 'rows of dead_letter that retention has deleted';
COMMENT ON COLUMN commune.ledger.messages_deleted IS 'of dead_lettered: messages whose dead letter retention has deleted';

-- The last that was seen of a broker's own counters, which begin anew with each of its starts.
CREATE TABLE commune.broker_watch (
    broker text PRIMARY KEY,
    observed_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    dropped bigint NOT NULL,
    queued_messages bigint,
    queued_bytes bigint,
    heap_bytes bigint,
    sessions_away integer
);
COMMENT ON COLUMN commune.broker_watch.broker IS 'host:port';
COMMENT ON COLUMN commune.broker_watch.sessions_away IS 'sessions that the broker keeps while nobody is connected to them';

-- Every rise of a broker's counter of dropped messages. The broker does not say whose messages they were.
CREATE TABLE commune.broker_drop (
    broker_drop_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    broker text NOT NULL,
    day date NOT NULL,
    observed_at timestamptz NOT NULL,
    dropped bigint NOT NULL CHECK (dropped > 0),
    queued_messages bigint,
    queued_bytes bigint,
    heap_bytes bigint
);
CREATE INDEX broker_drop_day ON commune.broker_drop (day);
COMMENT ON COLUMN commune.broker_drop.day IS 'in UTC+7, as in the ledger';

-- What calls for a person. At most one alert of a kind is open for a subject.
CREATE TABLE commune.alert (
    alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*$'),
    subject text NOT NULL,
    opened_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    closed_at timestamptz CHECK (closed_at >= opened_at),
    detail_vi text NOT NULL,
    detail_en text NOT NULL
);
CREATE UNIQUE INDEX alert_open ON commune.alert (kind, subject) WHERE closed_at IS NULL;
CREATE INDEX alert_time ON commune.alert (opened_at);
COMMENT ON COLUMN commune.alert.seen_at IS 'when its cause was last seen';

-- The open letters of one reason, which the replay of strangers asks for with every change of the registry.
CREATE INDEX dead_letter_strangers ON commune.dead_letter (topic, dead_letter_id)
    WHERE state = 'open' AND reason = 'unknown_device';

GRANT SELECT, INSERT, UPDATE, DELETE ON commune.broker_watch, commune.broker_drop, commune.alert TO commune_admin;
GRANT SELECT ON commune.broker_watch, commune.broker_drop, commune.alert TO commune_read;
GRANT USAGE ON SCHEMA commune TO commune_repair;
GRANT SELECT ON commune.commune, commune.device, commune.registry_generation TO commune_repair;
GRANT SELECT, INSERT ON commune.device_status, commune.device_event, commune.dead_letter TO commune_repair;
GRANT UPDATE (state, state_changed_at, settles) ON commune.dead_letter TO commune_repair;
GRANT SELECT, INSERT, UPDATE ON commune.latest, commune.ledger TO commune_repair;
