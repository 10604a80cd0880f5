-- Plans and their targets, what operators and ministries declare, and what became of each target day by day.

-- The plan that applies to a commune, to a province or to the nation; hamlets and sites are in the registry.
CREATE TABLE commune.profile (
    code text PRIMARY KEY CHECK (code ~ '^[a-z0-9_-]{2,63}$'),
    level text NOT NULL CHECK (level IN ('commune', 'province', 'nation')),
    commune_id integer UNIQUE REFERENCES commune.commune,
    document jsonb NOT NULL,
    boundary jsonb,
    centre jsonb,
    places_are_sample boolean NOT NULL DEFAULT false,
    places_origin jsonb,
    version integer NOT NULL DEFAULT 1,
    applied_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((level = 'commune') = (commune_id IS NOT NULL))
);
COMMENT ON COLUMN commune.profile.document IS 'the plan as it is written: targets, sources, periods';
COMMENT ON COLUMN commune.profile.boundary IS 'GeoJSON geometry of the commune, WGS 84';
COMMENT ON COLUMN commune.profile.centre IS 'GeoJSON geometry of the centre that a plan speaks of';
COMMENT ON COLUMN commune.profile.places_origin IS 'vi and en: where boundary, hamlets and sites come from';
CREATE TRIGGER profile_version BEFORE UPDATE ON commune.profile
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commune.raise_version();

-- A list that was taken over, with where it comes from. It is never deleted: undone, it counts no more.
CREATE TABLE commune.declared_import (
    declared_import_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    commune_id integer NOT NULL REFERENCES commune.commune,
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 500),
    source_date date NOT NULL,
    file_name text NOT NULL CHECK (length(file_name) <= 255),
    file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    imported_at timestamptz NOT NULL DEFAULT now(),
    imported_by text NOT NULL,
    undone_at timestamptz,
    undone_by text,
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX declared_import_commune ON commune.declared_import (commune_id, declared_import_id);
CREATE UNIQUE INDEX declared_import_once ON commune.declared_import (commune_id, file_sha256) WHERE undone_at IS NULL;
COMMENT ON TABLE commune.declared_import IS 'lists of declared figures; declared figures are never mixed with measured ones';

CREATE TABLE commune.declared_value (
    declared_import_id integer NOT NULL REFERENCES commune.declared_import,
    line integer NOT NULL,
    indicator text NOT NULL,
    hamlet_id integer REFERENCES commune.hamlet,
    operator text NOT NULL DEFAULT '' CHECK (length(operator) <= 100),
    part double precision CHECK (part >= 0),
    whole double precision CHECK (whole > 0),
    value double precision,
    samples integer CHECK (samples >= 0),
    PRIMARY KEY (declared_import_id, line),
    CHECK ((part IS NULL) = (whole IS NULL)),
    CHECK (num_nonnulls(part, value) = 1),
    CHECK (part <= whole),
    UNIQUE NULLS NOT DISTINCT (declared_import_id, indicator, hamlet_id, operator)
);
COMMENT ON COLUMN commune.declared_value.hamlet_id IS 'NULL: the whole commune';
COMMENT ON COLUMN commune.declared_value.line IS 'of the file, so that each figure can be found in it';

-- What each target came to on a day, so that its trend is what was seen and not what is computed in hindsight.
CREATE TABLE commune.target_day (
    scope text NOT NULL,
    profile text NOT NULL,
    target text NOT NULL,
    day date NOT NULL,
    value double precision,
    low double precision,
    high double precision,
    outcome text NOT NULL CHECK (outcome IN ('dat', 'chua_dat', 'chua_du_can_cu')),
    counted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, profile, target, day)
);
COMMENT ON COLUMN commune.target_day.scope IS 'code of the commune, or of the province''s profile';
COMMENT ON COLUMN commune.target_day.profile IS 'code of the plan: the commune''s own, or the nation''s';

CREATE OR REPLACE FUNCTION commune.audit_subject(kind text, content jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE kind
        WHEN 'commune' THEN content ->> 'code'
        WHEN 'profile' THEN content ->> 'code'
        WHEN 'declared_import' THEN (SELECT c.code FROM commune.commune AS c
            WHERE c.commune_id = (content ->> 'commune_id')::integer) || '/' || (content ->> 'declared_import_id')
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

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.profile
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('commune_id version applied_at');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.declared_import
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('declared_import_id commune_id imported_at undone_at');

GRANT SELECT, INSERT, UPDATE, DELETE ON commune.profile, commune.target_day TO commune_admin;
GRANT SELECT, INSERT, UPDATE ON commune.declared_import TO commune_admin, commune_registry;
GRANT SELECT, INSERT ON commune.declared_value TO commune_admin, commune_registry;
GRANT SELECT ON commune.profile TO commune_registry;
GRANT SELECT ON commune.profile, commune.declared_import, commune.declared_value, commune.target_day TO commune_read;
