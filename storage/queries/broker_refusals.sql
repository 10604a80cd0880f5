-- name: add_refusals
-- What the broker refused, judged by what the registry says of the client id: it tells only that it let nobody in.
INSERT INTO broker_refusal AS r (client_id, reason, minute, first_at, last_at, times, address)
SELECT told.client_id,
    CASE WHEN told.reason <> 'not_authorised' THEN told.reason
        WHEN a.device_id IS NULL THEN 'wrong_client_id'
        WHEN NOT a.enabled OR d.state = 'retired' THEN 'account_disabled'
        WHEN a.password_waiting THEN 'account_waiting'
        WHEN NOT a.has_password THEN 'no_password'
        ELSE 'wrong_password' END,
    date_trunc('minute', told.last_at), told.first_at, told.last_at, told.times, told.address
FROM unnest(%(client_ids)s::text[], %(reasons)s::text[], %(first_at)s::timestamptz[], %(last_at)s::timestamptz[],
    %(times)s::bigint[], %(addresses)s::text[]) AS told (client_id, reason, first_at, last_at, times, address)
LEFT JOIN broker_account AS a ON a.username = told.client_id
LEFT JOIN device AS d ON d.device_id = a.device_id
ON CONFLICT (client_id, reason, minute) DO UPDATE
SET last_at = greatest(r.last_at, excluded.last_at), times = r.times + excluded.times,
    address = coalesce(nullif(excluded.address, ''), r.address);

-- name: put_connections
-- Which devices came and went, by their names at the broker.
INSERT INTO broker_connection AS c (device_id, connected_at, gone_at, address)
SELECT a.device_id, told.at, CASE WHEN told.is_connected THEN NULL ELSE told.at END, told.address
FROM unnest(%(client_ids)s::text[], %(at)s::timestamptz[], %(is_connected)s::boolean[], %(addresses)s::text[])
    AS told (client_id, at, is_connected, address)
JOIN broker_account AS a ON a.username = told.client_id
ON CONFLICT (device_id) DO UPDATE
SET connected_at = CASE WHEN excluded.gone_at IS NULL THEN excluded.connected_at ELSE c.connected_at END,
    gone_at = excluded.gone_at,
    address = coalesce(nullif(excluded.address, ''), c.address);

-- name: end_connections
-- Nothing is known any more of who is connected: the log was not heard for a while.
UPDATE broker_connection SET gone_at = now() WHERE gone_at IS NULL;

-- name: delete_old_refusals
-- Refusals older than a moment, and all but the newest so many: anyone on the network may be refused, without end.
DELETE FROM broker_refusal
WHERE last_at < %(before)s
    OR last_at <= (SELECT last_at FROM broker_refusal ORDER BY last_at DESC OFFSET %(keep)s LIMIT 1);

-- name: refusals_of_device
-- What the broker refused to a device since a moment, newest first. While it is not connected, also who was refused
-- under a client id that is no device's or before it told one: that may be it. And a device that is connected and was never heard since, for
-- longer than it should take, speaks under other topics or not at all: of that the broker says nothing.
WITH account AS (
    SELECT a.device_id, a.username, c.connected_at, c.address, c.connected_at IS NOT NULL AND c.gone_at IS NULL AS connected,
        d.expected_interval_seconds,
        EXISTS (SELECT FROM ledger AS l WHERE l.device_id = a.device_id) AS ever_heard
    FROM broker_account AS a
    JOIN device AS d USING (device_id)
    LEFT JOIN broker_connection AS c USING (device_id)
    WHERE a.device_id = %(device_id)s
), strangers AS (
    SELECT r.* FROM broker_refusal AS r, account
    WHERE (r.reason = 'wrong_client_id' OR r.client_id = '') AND r.last_at >= %(since)s AND NOT account.connected
    ORDER BY r.last_at DESC LIMIT 3
)
SELECT r.client_id, r.reason, '' AS subject, r.first_at, r.last_at, r.times, r.address
FROM broker_refusal AS r, account WHERE r.client_id = account.username AND r.last_at >= %(since)s
UNION ALL
SELECT client_id, reason, client_id, first_at, last_at, times, address FROM strangers
UNION ALL
SELECT a.username, 'wrong_topic', '', a.connected_at, %(now)s, 1, a.address FROM account AS a
WHERE a.connected
    AND a.connected_at < %(now)s - make_interval(secs => CASE WHEN a.ever_heard
        THEN greatest(1.5 * a.expected_interval_seconds, %(patience_seconds)s) ELSE %(patience_seconds)s END)
    AND NOT EXISTS (SELECT FROM latest AS h WHERE h.device_id = a.device_id AND h.received_at >= a.connected_at)
    AND NOT EXISTS (SELECT FROM dead_letter AS h WHERE h.device_id = a.device_id AND h.received_at >= a.connected_at)
    AND NOT EXISTS (SELECT FROM device_status AS h WHERE h.device_id = a.device_id AND h.received_at >= a.connected_at)
    AND NOT EXISTS (SELECT FROM device_event AS h WHERE h.device_id = a.device_id AND h.received_at >= a.connected_at)
ORDER BY last_at DESC, reason LIMIT %(limit)s;
