-- name: registry_generation
-- The number that rises with every change of a device.
SELECT generation FROM registry_generation;

-- name: registered_devices
-- What ingest needs to know of every device.
SELECT d.device_id, c.code AS commune, d.code, d.kind, d.state, d.expected_interval_seconds
FROM device AS d JOIN commune AS c USING (commune_id);

-- name: resolve_devices
-- What ingest needs to know of the devices with these codes of commune and device.
SELECT d.device_id, c.code AS commune, d.code, d.kind, d.state, d.expected_interval_seconds
FROM unnest(%(communes)s::text[], %(codes)s::text[]) AS wanted (commune, code)
JOIN commune AS c ON c.code = wanted.commune
JOIN device AS d ON d.commune_id = c.commune_id AND d.code = wanted.code;

-- name: list_devices
-- Devices by the codes of commune and device, after a place in that order.
SELECT d.device_id, c.code AS commune, d.code, d.kind, d.name, d.latitude, d.longitude, d.height_m,
    h.code AS hamlet, s.code AS site, d.expected_interval_seconds, d.state, d.model, d.maker, d.serial, d.note,
    d.tags, d.registered_at, d.updated_at, d.version
FROM device AS d
JOIN commune AS c USING (commune_id)
LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
LEFT JOIN site AS s ON s.site_id = d.site_id
WHERE (%(commune)s::text IS NULL OR c.code = %(commune)s)
    AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
    AND (%(hamlet)s::text IS NULL OR h.code = %(hamlet)s)
    AND (%(state)s::text IS NULL OR d.state = %(state)s)
    AND (%(code)s::text IS NULL OR d.code = %(code)s)
    AND (%(after_code)s::text IS NULL OR (c.code, d.code) > (%(after_commune)s::text, %(after_code)s::text))
ORDER BY c.code, d.code
LIMIT %(limit)s;

-- name: count_devices
-- How many devices there are.
SELECT count(*)
FROM device AS d
JOIN commune AS c USING (commune_id)
LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
WHERE (%(commune)s::text IS NULL OR c.code = %(commune)s)
    AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
    AND (%(hamlet)s::text IS NULL OR h.code = %(hamlet)s)
    AND (%(state)s::text IS NULL OR d.state = %(state)s);

-- name: devices_of_pairs
-- The devices with these codes of commune and device, as they are registered.
SELECT d.device_id, c.code AS commune, d.code, d.kind, d.name, d.latitude, d.longitude, d.height_m,
    h.code AS hamlet, s.code AS site, d.expected_interval_seconds, d.state, d.model, d.maker, d.serial, d.note,
    d.tags, d.registered_at, d.updated_at, d.version
FROM unnest(%(communes)s::text[], %(codes)s::text[]) AS wanted (commune, code)
JOIN commune AS c ON c.code = wanted.commune
JOIN device AS d ON d.commune_id = c.commune_id AND d.code = wanted.code
LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
LEFT JOIN site AS s ON s.site_id = d.site_id;

-- name: add_device
-- A device; no row comes back when its code is taken.
INSERT INTO device (commune_id, hamlet_id, site_id, code, kind, name, model, maker, serial, note, latitude, longitude,
    height_m, expected_interval_seconds, state, tags)
VALUES (%(commune_id)s, %(hamlet_id)s, %(site_id)s, %(code)s, %(kind)s, %(name)s, %(model)s, %(maker)s, %(serial)s,
    %(note)s, %(latitude)s, %(longitude)s, %(height_m)s, %(expected_interval_seconds)s, %(state)s, %(tags)s)
ON CONFLICT (commune_id, code) DO NOTHING
RETURNING device_id;

-- name: change_device
-- A device as it is now described. Its code, commune and kind never change: readings hang on them.
UPDATE device SET hamlet_id = %(hamlet_id)s, site_id = %(site_id)s, name = %(name)s, model = %(model)s,
    maker = %(maker)s, serial = %(serial)s, note = %(note)s, latitude = %(latitude)s, longitude = %(longitude)s,
    height_m = %(height_m)s, expected_interval_seconds = %(expected_interval_seconds)s, state = %(state)s,
    tags = %(tags)s, updated_at = now()
WHERE commune_id = %(commune_id)s AND code = %(code)s AND kind = %(kind)s
RETURNING device_id, version;

-- name: hold_device
-- Nobody else changes this device until the end of the transaction.
SELECT FROM device AS d JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND d.code = %(code)s FOR UPDATE OF d;

-- name: set_device_state
-- Lead a device to another state of its life.
UPDATE device SET state = %(state)s, updated_at = now() WHERE device_id = %(device_id)s
RETURNING device_id, version;

-- name: name_predecessor
-- This device takes the place of another one.
UPDATE device SET replaces_device_id = %(replaces)s, updated_at = now() WHERE device_id = %(device_id)s
RETURNING device_id, version;

-- name: successor_of
-- The code of the device that took the place of this one.
SELECT code FROM device WHERE replaces_device_id = %(device_id)s;

-- name: chain_of_device
-- A device with all that it replaces and all that replaced it, the oldest first.
WITH RECURSIVE before AS (
    SELECT device_id, replaces_device_id FROM device WHERE device_id = %(device_id)s
    UNION
    SELECT d.device_id, d.replaces_device_id FROM device AS d JOIN before AS b ON d.device_id = b.replaces_device_id
), after AS (
    SELECT device_id FROM device WHERE device_id = %(device_id)s
    UNION
    SELECT d.device_id FROM device AS d JOIN after AS a ON d.replaces_device_id = a.device_id
)
SELECT d.device_id, c.code AS commune, d.code, d.kind, d.model, d.maker, d.serial, d.state, d.registered_at,
    d.retired_at
FROM device AS d JOIN commune AS c USING (commune_id)
WHERE d.device_id IN (SELECT device_id FROM before UNION SELECT device_id FROM after)
ORDER BY d.registered_at, d.device_id;

-- name: take_registry_lock
-- One change of the registry at a time, until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtext('commune'), hashtext('registry'));
