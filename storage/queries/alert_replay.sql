-- name: set_alerts_aside
-- Put the alerts and how rules stand out of the way, in a transaction that is rolled back.
WITH aside AS (UPDATE alert SET kind = 'lived_' || kind RETURNING 1), gone AS (DELETE FROM alert_state RETURNING 1)
SELECT (SELECT count(*) FROM aside), (SELECT count(*) FROM gone);

-- name: alerts_between
-- The alerts of some kinds that overlap a time, their kinds without what marks those that were set aside.
SELECT substr(kind, %(prefix)s + 1) AS kind, subject, opened_at, closed_at, members, detail_en FROM alert
WHERE kind = ANY (%(kinds)s) AND opened_at <= %(until)s AND coalesce(closed_at, 'infinity') > %(since)s
ORDER BY opened_at, kind, subject;

-- name: receipts_between
-- When readings of the devices of a kind were received between two times; those measured long before are left out.
SELECT device_id, received_at FROM {table}
WHERE received_at > %(since)s AND received_at <= %(until)s AND time > %(oldest)s AND time <= %(until)s
GROUP BY device_id, received_at ORDER BY device_id, received_at;

-- name: words_between
-- What devices said of their line between two times.
SELECT device_id, received_at, online FROM device_status
WHERE received_at > %(since)s AND received_at <= %(until)s ORDER BY device_id, received_at;
