-- name: set_aside_list
-- What was set aside, newest first, before a number, without the payloads. A stranger's is found by the codes in its topic.
SELECT l.dead_letter_id, l.received_at, l.level, l.reason, l.detail, l.topic, c.code AS commune, d.code AS device,
    l.reading_index, l.field, l.value, l.state, l.state_changed_at, octet_length(l.payload) AS payload_bytes
FROM dead_letter AS l
LEFT JOIN device AS d USING (device_id)
LEFT JOIN commune AS c USING (commune_id)
WHERE (%(before)s::bigint IS NULL OR l.dead_letter_id < %(before)s)
    AND (%(reason)s::text IS NULL OR l.reason = %(reason)s)
    AND (%(state)s::text IS NULL OR l.state = %(state)s)
    AND (%(commune)s::text IS NULL OR split_part(l.topic, '/', 2) = %(commune)s)
    AND (%(device)s::text IS NULL OR split_part(l.topic, '/', 4) = %(device)s)
    AND (%(start)s::timestamptz IS NULL OR l.received_at >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR l.received_at < %(end)s)
ORDER BY l.dead_letter_id DESC
LIMIT %(limit)s;

-- name: set_aside_one
-- One dead letter with its payload.
SELECT l.dead_letter_id, l.received_at, l.level, l.reason, l.detail, l.topic, c.code AS commune, d.code AS device,
    l.reading_index, l.field, l.value, l.state, l.state_changed_at, octet_length(l.payload) AS payload_bytes, l.payload
FROM dead_letter AS l
LEFT JOIN device AS d USING (device_id)
LEFT JOIN commune AS c USING (commune_id)
WHERE l.dead_letter_id = %(dead_letter_id)s;
