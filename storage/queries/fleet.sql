-- name: fleet
-- Devices with what is known of them at a moment, by commune and code, after a place in that order.
WITH known AS (
    SELECT d.device_id, c.code AS commune, d.code, d.kind, d.name, d.model, d.maker, d.serial, d.note,
        h.code AS hamlet, h.name AS hamlet_name, s.code AS site, s.name AS site_name,
        coalesce(d.latitude, s.latitude) AS latitude, coalesce(d.longitude, s.longitude) AS longitude, d.height_m,
        d.expected_interval_seconds, d.state AS lifecycle, d.registered_at, d.updated_at, d.retired_at, d.version,
        d.tags, o.code AS replaces, n.code AS replaced_by, p.sha256 AS photo_sha256,
        t.time AS reading_time, t.received_at AS reading_received_at, w.online, w.received_at AS status_received_at,
        greatest(t.received_at, w.received_at) AS seen_at
    FROM device AS d
    JOIN commune AS c USING (commune_id)
    LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
    LEFT JOIN site AS s ON s.site_id = d.site_id
    LEFT JOIN device AS o ON o.device_id = d.replaces_device_id
    LEFT JOIN device AS n ON n.replaces_device_id = d.device_id
    LEFT JOIN device_photo AS p ON p.device_id = d.device_id
    LEFT JOIN LATERAL (
        SELECT max(l.time) AS time, max(l.received_at) AS received_at FROM latest AS l WHERE l.device_id = d.device_id
    ) AS t ON true
    LEFT JOIN LATERAL (
        SELECT ds.online, ds.received_at FROM device_status AS ds
        WHERE ds.device_id = d.device_id ORDER BY ds.time DESC LIMIT 1
    ) AS w ON true
    WHERE (%(device_id)s::integer IS NULL OR d.device_id = %(device_id)s)
        AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
        AND (%(commune)s::text IS NULL OR c.code = %(commune)s)
        AND (%(hamlet)s::text IS NULL OR h.code = %(hamlet)s)
        AND (%(lifecycle)s::text IS NULL OR d.state = %(lifecycle)s)
        AND (%(tag)s::text IS NULL OR %(tag)s = ANY (d.tags))
        AND (NOT %(in_use)s OR d.state <> 'retired')
        AND (%(text)s::text IS NULL
            OR strpos(commune.plain(concat_ws(' ', d.code, d.name, d.serial, d.model)), commune.plain(%(text)s)) > 0)
        AND (%(after_code)s::text IS NULL OR (c.code, d.code) > (%(after_commune)s, %(after_code)s))
), judged AS (
    SELECT *, CASE
        WHEN seen_at IS NULL THEN 'never'
        WHEN NOT online AND status_received_at >= coalesce(reading_received_at, '-infinity') THEN 'off'
        WHEN %(now)s - seen_at > expected_interval_seconds * %(off_after)s * interval '1 second' THEN 'off'
        WHEN %(now)s - seen_at > expected_interval_seconds * %(late_after)s * interval '1 second' THEN 'late'
        ELSE 'on'
    END AS state
    FROM known
)
SELECT device_id, commune, code, kind, name, model, maker, serial, note, hamlet, hamlet_name, site, site_name,
    latitude, longitude, height_m, expected_interval_seconds, lifecycle, registered_at, updated_at, retired_at, version,
    tags, replaces, replaced_by, photo_sha256, reading_time, seen_at, state
FROM judged
WHERE (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY commune, code
LIMIT %(limit)s;

-- name: fleet_device
-- The number and the kind of a device.
SELECT d.device_id, d.kind FROM device AS d JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND d.code = %(code)s;

-- name: fleet_codes
-- The codes of all devices of a commune.
SELECT d.code FROM device AS d JOIN commune AS c USING (commune_id) WHERE c.code = %(commune)s ORDER BY d.code;

-- name: fleet_open_dead_letters
-- How much of what a device sent is set aside and open.
SELECT count(*) FROM dead_letter WHERE device_id = %(device_id)s AND state = 'open';

-- name: fleet_communes
-- Communes with how many devices each has.
SELECT c.code, c.name, c.province, c.latitude, c.longitude, c.is_sample,
    (SELECT count(*) FROM device AS d WHERE d.commune_id = c.commune_id) AS devices
FROM commune AS c ORDER BY c.code;

-- name: fleet_hamlets
-- Hamlets by commune and code.
SELECT c.code AS commune, h.code, h.name, h.type, h.population, h.latitude, h.longitude, h.boundary
FROM hamlet AS h JOIN commune AS c USING (commune_id)
WHERE %(commune)s::text IS NULL OR c.code = %(commune)s
ORDER BY c.code, h.code;

-- name: fleet_sites
-- Sites by commune and code.
SELECT c.code AS commune, s.code, s.name, s.type, s.latitude, s.longitude, h.code AS hamlet
FROM site AS s JOIN commune AS c USING (commune_id) LEFT JOIN hamlet AS h ON h.hamlet_id = s.hamlet_id
WHERE %(commune)s::text IS NULL OR c.code = %(commune)s
ORDER BY c.code, s.code;
