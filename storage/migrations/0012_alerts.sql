-- Alerts with a life: who acknowledged or silenced them, what was said, who was told; rules set otherwise for a place.

ALTER TABLE commune.alert
    ADD COLUMN severity text NOT NULL DEFAULT 'serious' CHECK (severity IN ('info', 'warning', 'serious', 'critical')),
    ADD COLUMN commune_id integer REFERENCES commune.commune,
    ADD COLUMN device_id integer REFERENCES commune.device,
    ADD COLUMN members text[] NOT NULL DEFAULT '{}',
    ADD COLUMN acknowledged_at timestamptz,
    ADD COLUMN acknowledged_by text,
    ADD COLUMN silenced_until timestamptz,
    ADD COLUMN silenced_by text,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN commune.alert.commune_id IS 'NULL: it is about the system itself';
COMMENT ON COLUMN commune.alert.members IS 'codes of the devices that one alert stands for';
COMMENT ON COLUMN commune.alert.version IS 'rises with what people do and with its end, not with each look at its cause';
CREATE INDEX alert_of_subject ON commune.alert (kind, subject, alert_id);

CREATE TRIGGER alert_version BEFORE UPDATE ON commune.alert FOR EACH ROW
    WHEN ((OLD.acknowledged_at, OLD.silenced_until, OLD.closed_at)
        IS DISTINCT FROM (NEW.acknowledged_at, NEW.silenced_until, NEW.closed_at))
    EXECUTE FUNCTION commune.raise_version();

CREATE TABLE commune.alert_comment (
    alert_comment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES commune.alert,
    at timestamptz NOT NULL DEFAULT now(),
    author text NOT NULL,
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000)
);
CREATE INDEX alert_comment_alert ON commune.alert_comment (alert_id);

-- A rule set otherwise: for a device, a hamlet, or a whole commune where both are NULL. NULL: as the rule has it.
CREATE TABLE commune.alert_override (
    alert_override_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    commune_id integer NOT NULL REFERENCES commune.commune,
    hamlet_id integer REFERENCES commune.hamlet,
    device_id integer REFERENCES commune.device,
    enabled boolean NOT NULL DEFAULT true,
    threshold double precision,
    margin double precision CHECK (margin >= 0),
    hold_seconds integer CHECK (hold_seconds BETWEEN 0 AND 604800),
    version integer NOT NULL DEFAULT 1,
    CHECK (num_nonnulls(hamlet_id, device_id) <= 1),
    UNIQUE NULLS NOT DISTINCT (rule, commune_id, hamlet_id, device_id)
);
CREATE TRIGGER alert_override_version BEFORE UPDATE ON commune.alert_override
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commune.raise_version();

-- How far a rule has read the readings of a device, and how it stands there.
CREATE TABLE commune.alert_state (
    rule text NOT NULL,
    device_id integer NOT NULL REFERENCES commune.device,
    time timestamptz NOT NULL,
    since timestamptz,
    is_open boolean NOT NULL,
    PRIMARY KEY (rule, device_id)
) WITH (fillfactor = 50);
COMMENT ON COLUMN commune.alert_state.since IS 'since when the threshold is passed without a break';

-- What is to be told: written in the transaction that opens or closes an alert, so that nothing is lost.
CREATE TABLE commune.alert_event (
    alert_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES commune.alert,
    event text NOT NULL CHECK (event IN ('opened', 'acknowledged', 'resolved')),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX alert_event_time ON commune.alert_event (at);

-- How far each channel is with telling it. Without a row it has not been tried.
CREATE TABLE commune.alert_delivery (
    alert_event_id bigint NOT NULL REFERENCES commune.alert_event ON DELETE CASCADE,
    channel text NOT NULL,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    settled_at timestamptz,
    failure text,
    PRIMARY KEY (alert_event_id, channel)
);
COMMENT ON COLUMN commune.alert_delivery.settled_at IS 'when it was delivered, or given up where a failure is said';

-- One that is silenced is not told, and one that opens again during the silence is silenced too.
CREATE FUNCTION commune.keep_alert_silence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT a.silenced_until, a.silenced_by INTO NEW.silenced_until, NEW.silenced_by FROM commune.alert AS a
    WHERE a.kind = NEW.kind AND a.subject = NEW.subject AND a.silenced_until > now()
    ORDER BY a.alert_id DESC LIMIT 1;
    RETURN NEW;
END $$;
CREATE TRIGGER alert_silence BEFORE INSERT ON commune.alert
    FOR EACH ROW EXECUTE FUNCTION commune.keep_alert_silence();

CREATE FUNCTION commune.note_alert_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = commune, pg_temp AS $$
BEGIN
    IF NEW.silenced_until > now() THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO commune.alert_event (alert_id, event) VALUES (NEW.alert_id, 'opened');
    ELSIF OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL THEN
        INSERT INTO commune.alert_event (alert_id, event) VALUES (NEW.alert_id, 'resolved');
    ELSIF OLD.acknowledged_at IS NULL AND NEW.acknowledged_at IS NOT NULL THEN
        INSERT INTO commune.alert_event (alert_id, event) VALUES (NEW.alert_id, 'acknowledged');
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION commune.note_alert_event() FROM PUBLIC;
CREATE TRIGGER alert_event AFTER INSERT OR UPDATE ON commune.alert
    FOR EACH ROW EXECUTE FUNCTION commune.note_alert_event();

CREATE OR REPLACE FUNCTION commune.audit_subject(kind text, content jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE kind
        WHEN 'commune' THEN content ->> 'code'
        WHEN 'person' THEN content ->> 'username'
        WHEN 'api_token' THEN content ->> 'api_token_id'
        WHEN 'device_photo' THEN (SELECT c.code || '/' || d.code FROM commune.device AS d
            JOIN commune.commune AS c USING (commune_id) WHERE d.device_id = (content ->> 'device_id')::integer)
        WHEN 'broker_account' THEN replace(content ->> 'username', '.', '/')
        WHEN 'alert' THEN content ->> 'alert_id'
        WHEN 'alert_comment' THEN content ->> 'alert_id'
        WHEN 'alert_override' THEN content ->> 'rule' || ' ' || (SELECT concat_ws('/', c.code, h.code, d.code)
            FROM commune.commune AS c
            LEFT JOIN commune.hamlet AS h ON h.hamlet_id = (content ->> 'hamlet_id')::integer
            LEFT JOIN commune.device AS d ON d.device_id = (content ->> 'device_id')::integer
            WHERE c.commune_id = (content ->> 'commune_id')::integer)
        ELSE (SELECT c.code || '/' || (content ->> 'code') FROM commune.commune AS c
            WHERE c.commune_id = (content ->> 'commune_id')::integer)
    END;
END $$;

-- What people do with an alert is on the trail; that it opened, was seen and ended, it says itself.
CREATE TRIGGER audit AFTER UPDATE OF acknowledged_at, silenced_until ON commune.alert
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('alert_id version seen_at closed_at');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.alert_comment
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('alert_comment_id alert_id at');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.alert_override
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('alert_override_id version commune_id hamlet_id device_id');

GRANT SELECT, INSERT, UPDATE, DELETE ON commune.alert_comment, commune.alert_override, commune.alert_state,
    commune.alert_event, commune.alert_delivery TO commune_admin;
GRANT SELECT ON commune.alert_comment, commune.alert_override, commune.alert_state, commune.alert_event,
    commune.alert_delivery TO commune_read;
GRANT SELECT, INSERT ON commune.alert_comment TO commune_registry;
GRANT SELECT, INSERT, UPDATE, DELETE ON commune.alert_override TO commune_registry;
GRANT SELECT, UPDATE (acknowledged_at, acknowledged_by, silenced_until, silenced_by) ON commune.alert TO commune_registry;
