-- What the broker shall know of each device, and what it refused.

-- The account that a device shall have. `commune maintain` brings the broker in step: while applied < wanted the device
-- waits for its account. The sealed password is erased as soon as the broker has it.
CREATE TABLE commune.broker_account (
    device_id integer PRIMARY KEY REFERENCES commune.device,
    username text NOT NULL UNIQUE,
    enabled boolean NOT NULL DEFAULT true,
    wanted integer NOT NULL DEFAULT 1,
    applied integer NOT NULL DEFAULT 0,
    sealed_password bytea,
    password_changed_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    applied_at timestamptz,
    failure text
);

GRANT SELECT, INSERT, UPDATE ON commune.broker_account TO commune_registry, commune_admin;
GRANT SELECT ON commune.broker_account TO commune_read;
