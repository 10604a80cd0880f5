-- The life of a device: its version (ETag), tags, photo, what it replaces; and who changed what and when.

ALTER TABLE commune.device
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN replaces_device_id integer UNIQUE REFERENCES commune.device,
    ADD COLUMN retired_at timestamptz;

GRANT SELECT ON commune.kind, commune.commune, commune.registry_generation, commune.latest, commune.device_status
    TO commune_registry;
GRANT SELECT, INSERT, UPDATE ON commune.commune, commune.hamlet, commune.site, commune.device TO commune_registry;
