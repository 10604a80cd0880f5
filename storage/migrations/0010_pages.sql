-- What the technicians' pages need: a search that heeds neither case nor accents, and a registration that is sent twice.

CREATE FUNCTION commune.plain(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(translate(regexp_replace(normalize(given, NFD), '[\u0300-\u036f]', '', 'g'), 'Đđ', 'dd'))
$$;
COMMENT ON FUNCTION commune.plain IS 'a text in lower case and without accents, whatever the locale';

-- A phone that sends a registration and never hears the answer sends it again, with the same key.
CREATE TABLE commune.registration_request (
    key uuid PRIMARY KEY,
    device_id integer NOT NULL REFERENCES commune.device,
    requested_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX registration_request_time ON commune.registration_request (requested_at);

GRANT SELECT, INSERT, DELETE ON commune.registration_request TO commune_registry, commune_admin;
