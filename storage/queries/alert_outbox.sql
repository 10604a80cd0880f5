-- name: tell_after_silence
-- What opened during a silence and is still open after it is to be told now.
INSERT INTO alert_event (alert_id, event)
SELECT a.alert_id, 'opened' FROM alert AS a
WHERE a.closed_at IS NULL AND a.silenced_until <= now()
    AND NOT EXISTS (SELECT FROM alert_event AS e WHERE e.alert_id = a.alert_id AND e.event = 'opened')
ORDER BY a.alert_id;

-- name: due_alert_events
-- Events since a moment that a channel has not settled and whose time has come, in order.
SELECT e.alert_event_id, e.event, e.at, coalesce(d.attempts, 0) AS attempts, a.alert_id, a.kind, a.subject, a.severity,
    c.code AS commune, a.members, a.opened_at, a.closed_at, a.detail_vi, a.detail_en
FROM alert_event AS e
JOIN alert AS a USING (alert_id)
LEFT JOIN commune AS c ON c.commune_id = a.commune_id
LEFT JOIN alert_delivery AS d ON d.alert_event_id = e.alert_event_id AND d.channel = %(channel)s
WHERE e.at >= %(since)s AND d.settled_at IS NULL AND coalesce(d.due_at, '-infinity') <= %(now)s
ORDER BY e.alert_event_id
LIMIT %(limit)s;

-- name: settle_alert_delivery
-- A channel has delivered an event.
INSERT INTO alert_delivery AS d (alert_event_id, channel, attempts, due_at, settled_at)
VALUES (%(alert_event_id)s, %(channel)s, 1, %(now)s, %(now)s)
ON CONFLICT (alert_event_id, channel) DO UPDATE SET
    attempts = d.attempts + 1, settled_at = excluded.settled_at, failure = NULL;

-- name: fail_alert_delivery
-- A channel could not deliver an event: why, and when it is tried again; settled where it is given up.
INSERT INTO alert_delivery AS d (alert_event_id, channel, attempts, due_at, settled_at, failure)
VALUES (%(alert_event_id)s, %(channel)s, 1, %(due_at)s, %(settled_at)s, %(failure)s)
ON CONFLICT (alert_event_id, channel) DO UPDATE SET attempts = d.attempts + 1, due_at = excluded.due_at,
    settled_at = excluded.settled_at, failure = excluded.failure;
