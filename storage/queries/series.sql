-- name: members_by_hamlet
-- The devices of a kind in a commune, or in one hamlet of it, each with the code of its hamlet (empty: in none).
SELECT d.device_id, coalesce(h.code, '') FROM device AS d
JOIN commune AS c USING (commune_id) LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
WHERE c.code = %(commune)s AND d.kind = %(kind)s AND (%(hamlet)s::text IS NULL OR h.code = %(hamlet)s)
ORDER BY d.device_id;

-- name: noted_hours_before
-- The newest noted hours of a kind before a moment, and not long before it, whose readings are all there; newest first.
SELECT DISTINCT hour FROM rollup_note
WHERE kind = %(kind)s AND hour < %(end)s AND hour >= %(end)s - interval '6 hours'
    AND hour >= coalesce((SELECT raw_from FROM rollup_horizon WHERE kind = %(kind)s), '-infinity')
ORDER BY hour DESC;
