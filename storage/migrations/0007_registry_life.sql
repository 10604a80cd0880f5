-- The life of a device: its version (ETag), tags, photo, and what it replaces.

-- A version rises with every change of a row, so that two people cannot overwrite each other (ETag and If-Match).
ALTER TABLE commune.commune ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE commune.hamlet ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE commune.site ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE commune.device
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN replaces_device_id integer UNIQUE REFERENCES commune.device CHECK (replaces_device_id <> device_id),
    ADD COLUMN retired_at timestamptz;
COMMENT ON COLUMN commune.device.replaces_device_id IS 'the device whose place this one took; its history is kept there';
UPDATE commune.device SET retired_at = updated_at WHERE state = 'retired';

CREATE FUNCTION commune.raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER commune_version BEFORE UPDATE ON commune.commune
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commune.raise_version();
CREATE TRIGGER hamlet_version BEFORE UPDATE ON commune.hamlet
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commune.raise_version();
CREATE TRIGGER site_version BEFORE UPDATE ON commune.site
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commune.raise_version();
CREATE TRIGGER device_version BEFORE UPDATE ON commune.device
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commune.raise_version();

-- Whoever changes a state, and by whatever way: retired is final, and the day of it is kept.
CREATE FUNCTION commune.keep_device_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'retired' AND NEW.state <> 'retired' THEN
        RAISE EXCEPTION 'device % is retired, which is final: register another, or replace it', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'device_retired_is_final';
    END IF;
    IF NEW.state = 'retired' AND NEW.retired_at IS NULL THEN
        NEW.retired_at := now();
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER device_life BEFORE INSERT OR UPDATE OF state, retired_at ON commune.device
    FOR EACH ROW EXECUTE FUNCTION commune.keep_device_life();

-- One photo of a device where it hangs: small, and without what a phone writes into a picture.
CREATE TABLE commune.device_photo (
    device_id integer PRIMARY KEY REFERENCES commune.device,
    sha256 text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    jpeg bytea NOT NULL
);
ALTER TABLE commune.device_photo ALTER COLUMN jpeg SET STORAGE EXTERNAL;

GRANT SELECT ON commune.kind, commune.commune, commune.registry_generation, commune.latest, commune.device_status
    TO commune_registry;
GRANT SELECT, INSERT, UPDATE ON commune.commune, commune.hamlet, commune.site, commune.device TO commune_registry;
GRANT SELECT, INSERT, UPDATE, DELETE ON commune.device_photo TO commune_registry, commune_admin;
GRANT SELECT ON commune.device_photo TO commune_read;
