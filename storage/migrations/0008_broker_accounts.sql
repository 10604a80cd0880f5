-- What the broker shall know of each device, and what it refused.

-- The account that a device shall have. `commune maintain` brings the broker in step: while applied < wanted the device
-- waits. The sealed password is erased as soon as the broker has it. A retired device has no way in, whatever
-- `enabled` says.
CREATE TABLE commune.broker_account (
    device_id integer PRIMARY KEY REFERENCES commune.device,
    username text NOT NULL UNIQUE,
    enabled boolean NOT NULL DEFAULT true,
    wanted integer NOT NULL DEFAULT 1,
    applied integer NOT NULL DEFAULT 0,
    sealed_password bytea,
    password_waiting boolean GENERATED ALWAYS AS (sealed_password IS NOT NULL) STORED,
    has_password boolean NOT NULL DEFAULT false,
    password_changed_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    applied_at timestamptz,
    failure text
);
COMMENT ON COLUMN commune.broker_account.has_password IS 'the broker was given a password, and as far as we know has it';
COMMENT ON COLUMN commune.broker_account.password_changed_at IS 'when the newest password was asked for';
CREATE INDEX broker_account_waiting ON commune.broker_account (changed_at) WHERE applied < wanted;

-- Names that the broker shall forget: of devices that were deleted, or that have another name now.
CREATE TABLE commune.broker_account_gone (
    username text PRIMARY KEY CHECK (username ~ '^[a-z0-9_-]{2,63}[.][a-z0-9_-]{2,63}$'),
    gone_at timestamptz NOT NULL DEFAULT now()
);

-- What the broker refused, a line for each client, reason and minute.
CREATE TABLE commune.broker_refusal (
    broker_refusal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text NOT NULL,
    reason text NOT NULL,
    minute timestamptz NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    times bigint NOT NULL DEFAULT 1 CHECK (times > 0),
    address text NOT NULL DEFAULT '',
    UNIQUE (client_id, reason, minute)
);
CREATE INDEX broker_refusal_client ON commune.broker_refusal (client_id, last_at);
CREATE INDEX broker_refusal_time ON commune.broker_refusal (last_at);
COMMENT ON COLUMN commune.broker_refusal.client_id IS 'empty where the broker did not learn it';

-- Which devices are connected to the broker, as far as its log was heard.
CREATE TABLE commune.broker_connection (
    device_id integer PRIMARY KEY REFERENCES commune.device,
    connected_at timestamptz NOT NULL,
    gone_at timestamptz,
    address text NOT NULL DEFAULT ''
);

-- Whoever changes what an account shall be wakes `commune maintain`, which listens.
CREATE FUNCTION commune.tell_of_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('commune_broker_account', '');
    RETURN NULL;
END $$;

CREATE TRIGGER account_wanted AFTER INSERT OR UPDATE OF wanted ON commune.broker_account
    FOR EACH STATEMENT EXECUTE FUNCTION commune.tell_of_accounts();
CREATE TRIGGER account_gone_wanted AFTER INSERT ON commune.broker_account_gone
    FOR EACH STATEMENT EXECUTE FUNCTION commune.tell_of_accounts();

-- A name that is given up is taken from the broker; the new name has no password until it is given one.
CREATE FUNCTION commune.give_up_account_name() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = commune, pg_temp AS $$
BEGIN
    INSERT INTO commune.broker_account_gone (username) VALUES (OLD.username) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER account_renamed AFTER UPDATE OF username ON commune.broker_account
    FOR EACH ROW WHEN (OLD.username <> NEW.username) EXECUTE FUNCTION commune.give_up_account_name();
CREATE TRIGGER account_deleted AFTER DELETE ON commune.broker_account
    FOR EACH ROW EXECUTE FUNCTION commune.give_up_account_name();

-- The account follows its device, whoever changes that: what is retired is shut out, what has another code or kind
-- speaks under other topics.
CREATE FUNCTION commune.account_follows_device() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = commune, pg_temp AS $$
BEGIN
    UPDATE commune.broker_account AS a
    SET username = named.username, has_password = a.has_password AND a.username = named.username,
        wanted = a.wanted + 1, changed_at = now(), failure = NULL
    FROM (SELECT c.code || '.' || NEW.code AS username FROM commune.commune AS c
        WHERE c.commune_id = NEW.commune_id) AS named
    WHERE a.device_id = NEW.device_id;
    RETURN NULL;
END $$;

CREATE TRIGGER device_account AFTER UPDATE ON commune.device FOR EACH ROW
    WHEN ((OLD.state = 'retired') <> (NEW.state = 'retired') OR OLD.kind <> NEW.kind OR OLD.code <> NEW.code
        OR OLD.commune_id <> NEW.commune_id)
    EXECUTE FUNCTION commune.account_follows_device();

CREATE FUNCTION commune.accounts_follow_commune() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = commune, pg_temp AS $$
BEGIN
    UPDATE commune.broker_account AS a
    SET username = NEW.code || '.' || d.code, has_password = false, wanted = a.wanted + 1, changed_at = now(),
        failure = NULL
    FROM commune.device AS d WHERE d.device_id = a.device_id AND d.commune_id = NEW.commune_id;
    RETURN NULL;
END $$;

CREATE TRIGGER commune_accounts AFTER UPDATE OF code ON commune.commune FOR EACH ROW
    WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION commune.accounts_follow_commune();

-- With these functions a trigger of somebody's own, on a table of his own, could have any account taken away.
REVOKE EXECUTE ON FUNCTION commune.give_up_account_name(), commune.account_follows_device(),
    commune.accounts_follow_commune() FROM PUBLIC;

GRANT SELECT, INSERT, UPDATE ON commune.broker_account TO commune_registry;
GRANT SELECT, INSERT, UPDATE, DELETE ON commune.broker_account, commune.broker_account_gone, commune.broker_refusal,
    commune.broker_connection TO commune_admin;
GRANT SELECT ON commune.broker_refusal, commune.broker_connection TO commune_read, commune_registry;
-- All of an account but its sealed password.
GRANT SELECT (device_id, username, enabled, wanted, applied, password_waiting, has_password, password_changed_at,
    changed_at, applied_at, failure) ON commune.broker_account TO commune_read;
