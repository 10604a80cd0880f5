-- name: alerts_of_period
-- The alerts of a commune that were open at any time of a period, oldest first.
SELECT a.kind, a.severity, a.opened_at, a.closed_at, a.acknowledged_at, d.code AS device, d.kind AS device_kind,
    h.code AS hamlet
FROM alert AS a
JOIN commune AS c ON c.commune_id = a.commune_id
LEFT JOIN device AS d ON d.device_id = a.device_id
LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
WHERE c.code = %(commune)s AND a.opened_at < %(end)s AND (a.closed_at IS NULL OR a.closed_at >= %(start)s)
ORDER BY a.alert_id;
