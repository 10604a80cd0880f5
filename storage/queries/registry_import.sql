-- name: names_of_hamlets
-- Code and name of every hamlet of these communes.
SELECT c.code, h.code, h.name FROM hamlet AS h JOIN commune AS c USING (commune_id)
WHERE c.code = ANY (%(communes)s) ORDER BY 1, 2;

-- name: names_of_sites
-- Code and name of every site of these communes.
SELECT c.code, s.code, s.name FROM site AS s JOIN commune AS c USING (commune_id)
WHERE c.code = ANY (%(communes)s) ORDER BY 1, 2;

-- name: add_devices
-- Many devices in one statement; those whose code is taken do not come back.
INSERT INTO device (commune_id, hamlet_id, site_id, code, kind, name, model, maker, serial, note, latitude, longitude,
    height_m, expected_interval_seconds, state, tags)
SELECT commune_id, hamlet_id, site_id, code, kind, name, model, maker, serial, note, latitude, longitude, height_m,
    expected_interval_seconds, state, tags
FROM jsonb_to_recordset(%(devices)s::jsonb) AS d (commune_id integer, hamlet_id integer, site_id integer, code text,
    kind text, name text, model text, maker text, serial text, note text, latitude double precision,
    longitude double precision, height_m double precision, expected_interval_seconds integer, state text, tags text[])
ON CONFLICT (commune_id, code) DO NOTHING
RETURNING device_id, commune_id, code;

-- name: change_devices
-- Many devices as they are now described. Code, commune and kind never change: readings hang on them.
UPDATE device AS d SET hamlet_id = n.hamlet_id, site_id = n.site_id, name = n.name, model = n.model, maker = n.maker,
    serial = n.serial, note = n.note, latitude = n.latitude, longitude = n.longitude, height_m = n.height_m,
    expected_interval_seconds = n.expected_interval_seconds, state = n.state, tags = n.tags, updated_at = now()
FROM jsonb_to_recordset(%(devices)s::jsonb) AS n (commune_id integer, hamlet_id integer, site_id integer, code text,
    kind text, name text, model text, maker text, serial text, note text, latitude double precision,
    longitude double precision, height_m double precision, expected_interval_seconds integer, state text, tags text[])
WHERE d.commune_id = n.commune_id AND d.code = n.code AND d.kind = n.kind
RETURNING d.device_id, d.commune_id, d.code;
