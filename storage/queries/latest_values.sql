-- name: latest_of_device
-- The newest values of one device, a row for each combination of its key fields.
SELECT key, time, received_at, "values"::text FROM latest WHERE device_id = %(device_id)s ORDER BY key;

-- name: latest_of_kind
-- The newest values of all devices of a kind, by commune, code and key, after a place in that order.
SELECT c.code AS commune, d.code, l.key, l.time, l.received_at, l."values"::text
FROM latest AS l JOIN device AS d USING (device_id) JOIN commune AS c USING (commune_id)
WHERE d.kind = %(kind)s
    AND (%(commune)s::text IS NULL OR c.code = %(commune)s)
    AND (%(after_code)s::text IS NULL
        OR (c.code, d.code, l.key) > (%(after_commune)s, %(after_code)s, %(after_key)s))
ORDER BY c.code, d.code, l.key
LIMIT %(limit)s;
