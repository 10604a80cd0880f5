-- Communes, hamlets, sites and devices.

-- The kinds that have a table here, kept by `commune db migrate` in step with the catalogue.
CREATE TABLE commune.kind (
    name text PRIMARY KEY,
    title_vi text NOT NULL,
    title_en text NOT NULL,
    domain_vi text NOT NULL,
    domain_en text NOT NULL
);

CREATE TABLE commune.commune (
    commune_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9_-]{2,63}$'),
    name text NOT NULL,
    province text NOT NULL,
    latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    is_sample boolean NOT NULL DEFAULT false
);

CREATE TABLE commune.hamlet (
    hamlet_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    commune_id integer NOT NULL REFERENCES commune.commune,
    code text NOT NULL CHECK (code ~ '^[a-z0-9_-]{2,63}$'),
    name text NOT NULL,
    type text NOT NULL CHECK (type IN ('xom', 'thon', 'khoi', 'to_dan_pho')),
    population integer CHECK (population >= 0),
    latitude double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision CHECK (longitude BETWEEN -180 AND 180),
    boundary jsonb,
    UNIQUE (commune_id, code)
);

CREATE TABLE commune.site (
    site_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    commune_id integer NOT NULL REFERENCES commune.commune,
    hamlet_id integer REFERENCES commune.hamlet,
    code text NOT NULL CHECK (code ~ '^[a-z0-9_-]{2,63}$'),
    name text NOT NULL,
    type text NOT NULL
        CHECK (type IN ('ubnd', 'truong_hoc', 'tram_y_te', 'nha_van_hoa', 'cho', 'doanh_nghiep', 'cum_dan_cu')),
    latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    UNIQUE (commune_id, code)
);

CREATE TABLE commune.device (
    device_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    commune_id integer NOT NULL REFERENCES commune.commune,
    hamlet_id integer REFERENCES commune.hamlet,
    site_id integer REFERENCES commune.site,
    code text NOT NULL CHECK (code ~ '^[a-z0-9_-]{2,63}$'),
    kind text NOT NULL REFERENCES commune.kind,
    name text NOT NULL DEFAULT '',
    model text NOT NULL DEFAULT '',
    maker text NOT NULL DEFAULT '',
    serial text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    latitude double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision CHECK (longitude BETWEEN -180 AND 180),
    height_m double precision,
    expected_interval_seconds integer NOT NULL CHECK (expected_interval_seconds BETWEEN 1 AND 604800),
    state text NOT NULL DEFAULT 'registered'
        CHECK (state IN ('planned', 'registered', 'active', 'maintenance', 'retired')),
    registered_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (commune_id, code)
);
CREATE INDEX device_kind ON commune.device (kind);

-- Rises with every change of a device, so that ingest can ask one cheap question before each batch:
-- is what I remember of the registry still true?
CREATE TABLE commune.registry_generation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    generation bigint NOT NULL
);
INSERT INTO commune.registry_generation (generation) VALUES (1);

CREATE FUNCTION commune.raise_registry_generation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = commune, pg_temp AS $$
BEGIN
    UPDATE commune.registry_generation SET generation = generation + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER device_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.device
    FOR EACH STATEMENT EXECUTE FUNCTION commune.raise_registry_generation();
