-- name: desk_alerts
-- Alerts as people deal with them, newest first, before a place in that order.
SELECT a.alert_id, a.kind, a.subject, a.severity, c.code AS commune, d.code AS device, a.members, a.opened_at, a.seen_at,
    a.closed_at, a.detail_vi, a.detail_en, a.acknowledged_at, a.acknowledged_by, a.silenced_until, a.silenced_by,
    a.version
FROM alert AS a
LEFT JOIN commune AS c ON c.commune_id = a.commune_id
LEFT JOIN device AS d ON d.device_id = a.device_id
WHERE (%(alert_id)s::bigint IS NULL OR a.alert_id = %(alert_id)s)
    AND (%(before)s::bigint IS NULL OR a.alert_id < %(before)s)
    AND (%(kind)s::text IS NULL OR a.kind = %(kind)s)
    AND (%(severity)s::text IS NULL OR a.severity = %(severity)s)
    AND (%(commune)s::text IS NULL OR c.code = %(commune)s)
    AND (%(subject)s::text IS NULL OR a.subject = %(subject)s OR %(subject)s = ANY (a.members))
    AND (%(state)s::text IS NULL OR %(state)s = CASE
        WHEN a.closed_at IS NOT NULL THEN 'resolved'
        WHEN a.silenced_until > %(now)s THEN 'silenced'
        WHEN a.acknowledged_at IS NOT NULL THEN 'acknowledged'
        ELSE 'open'
    END)
ORDER BY a.alert_id DESC
LIMIT %(limit)s;

-- name: acknowledge_alert
-- Somebody takes an alert on; the first who did stands.
UPDATE alert SET acknowledged_at = %(now)s, acknowledged_by = %(actor)s
WHERE alert_id = %(alert_id)s AND acknowledged_at IS NULL;

-- name: hold_alert
-- The version of an alert, held until the end of the transaction.
SELECT version FROM alert WHERE alert_id = %(alert_id)s FOR UPDATE;

-- name: silence_alert
-- Tell nobody of an alert until a moment; NULL: from now on again. One before it of the same rule and subject whose
-- silence lasts is silenced as long, for the next one that opens takes over what lasts.
UPDATE alert AS a SET silenced_until = %(until)s,
    silenced_by = CASE WHEN %(until)s::timestamptz IS NOT NULL THEN %(actor)s::text END
FROM alert AS chosen
WHERE chosen.alert_id = %(alert_id)s AND (a.alert_id = chosen.alert_id
    OR (a.kind, a.subject) = (chosen.kind, chosen.subject) AND a.silenced_until > now());

-- name: add_alert_comment
-- What somebody says of an alert.
INSERT INTO alert_comment (alert_id, at, author, text) VALUES (%(alert_id)s, %(now)s, %(actor)s, %(text)s);

-- name: alert_comments
-- What was said of an alert, in order.
SELECT at, author, text FROM alert_comment WHERE alert_id = %(alert_id)s ORDER BY alert_comment_id;

-- name: list_alert_overrides
-- Rules that are set otherwise, and where.
SELECT o.alert_override_id, o.rule, c.code AS commune, h.code AS hamlet, d.code AS device, o.enabled, o.threshold,
    o.margin, o.hold_seconds
FROM alert_override AS o
JOIN commune AS c USING (commune_id)
LEFT JOIN hamlet AS h ON h.hamlet_id = o.hamlet_id
LEFT JOIN device AS d ON d.device_id = o.device_id
WHERE (%(rule)s::text IS NULL OR o.rule = %(rule)s)
ORDER BY o.rule, c.code, h.code NULLS FIRST, d.code NULLS FIRST;

-- name: put_alert_override
-- Set a rule otherwise for a commune, a hamlet or a device of it; no row where there is no such place.
INSERT INTO alert_override (rule, commune_id, hamlet_id, device_id, enabled, threshold, margin, hold_seconds)
SELECT %(rule)s, c.commune_id, h.hamlet_id, d.device_id, %(enabled)s, %(threshold)s::double precision,
    %(margin)s::double precision, %(hold_seconds)s::integer
FROM commune AS c
LEFT JOIN hamlet AS h ON h.commune_id = c.commune_id AND h.code = %(hamlet)s::text
LEFT JOIN device AS d ON d.commune_id = c.commune_id AND d.code = %(device)s::text
WHERE c.code = %(commune)s AND (%(hamlet)s::text IS NULL OR h.hamlet_id IS NOT NULL)
    AND (%(device)s::text IS NULL OR d.device_id IS NOT NULL)
ON CONFLICT (rule, commune_id, hamlet_id, device_id) DO UPDATE SET enabled = excluded.enabled,
    threshold = excluded.threshold, margin = excluded.margin, hold_seconds = excluded.hold_seconds
RETURNING alert_override_id;

-- name: delete_alert_override
-- Let a place have the rule as it is again.
DELETE FROM alert_override WHERE alert_override_id = %(alert_override_id)s;
