-- name: open_alert
-- Open an alert, or say of the one that is open that its cause is still there.
INSERT INTO alert AS a
    (kind, subject, opened_at, seen_at, detail_vi, detail_en, severity, commune_id, device_id, members)
VALUES (
    %(kind)s, %(subject)s, %(at)s, %(at)s, %(detail_vi)s, %(detail_en)s, %(severity)s,
    coalesce(
        (SELECT c.commune_id FROM commune AS c WHERE c.code = %(commune)s::text),
        (SELECT d.commune_id FROM device AS d WHERE d.device_id = %(device_id)s::integer)),
    %(device_id)s, %(members)s)
ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO UPDATE SET
    seen_at = greatest(a.seen_at, excluded.seen_at), detail_vi = excluded.detail_vi, detail_en = excluded.detail_en,
    members = CASE WHEN %(gathers)s::boolean
        THEN ARRAY (SELECT DISTINCT m FROM unnest(a.members || excluded.members) AS m ORDER BY m)
        ELSE excluded.members END
RETURNING xmax = 0;

-- name: close_alert
-- Close the alert of a kind and subject that is open.
UPDATE alert SET closed_at = greatest(%(at)s, opened_at)
WHERE kind = %(kind)s AND subject = %(subject)s AND closed_at IS NULL;

-- name: close_alerts_of_device
-- Close what is open of a kind about a device that is judged no more; returns its subjects.
UPDATE alert SET closed_at = greatest(%(at)s, opened_at)
WHERE kind = %(kind)s AND device_id = %(device_id)s AND closed_at IS NULL
RETURNING subject;

-- name: open_subjects
-- Kind and subject of the open alerts of some kinds.
SELECT kind, subject FROM alert WHERE kind = ANY (%(kinds)s) AND closed_at IS NULL ORDER BY kind, subject;

-- name: last_closed
-- When the last alert of a kind was closed.
SELECT max(closed_at) FROM alert WHERE kind = %(kind)s;

-- name: close_quiet_alerts
-- Close the alerts of a kind whose cause has not been seen since a moment.
UPDATE alert SET closed_at = greatest(%(at)s, opened_at)
WHERE kind = %(kind)s AND closed_at IS NULL AND seen_at < %(quiet_since)s
RETURNING subject;

-- name: list_alerts
-- Alerts, newest first.
SELECT kind, subject, opened_at, seen_at, closed_at, detail_vi, detail_en FROM alert
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s) AND (NOT %(only_open)s OR closed_at IS NULL)
ORDER BY opened_at DESC, alert_id DESC
LIMIT %(limit)s;

-- name: heard_devices
-- Devices that should speak and have spoken: when they were last received, and when their will was since then.
SELECT d.device_id, c.code AS commune, d.code, d.expected_interval_seconds AS interval_seconds,
    greatest(t.received_at, CASE WHEN w.online THEN w.received_at END) AS heard_at,
    CASE WHEN NOT w.online AND w.received_at >= coalesce(t.received_at, '-infinity') THEN w.received_at END
        AS offline_at,
    h.code AS hamlet, d.tags
FROM device AS d
JOIN commune AS c USING (commune_id)
LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
LEFT JOIN LATERAL (SELECT max(l.received_at) AS received_at FROM latest AS l WHERE l.device_id = d.device_id) AS t
    ON true
LEFT JOIN LATERAL (
    SELECT ds.online, ds.received_at FROM device_status AS ds
    WHERE ds.device_id = d.device_id ORDER BY ds.time DESC LIMIT 1
) AS w ON true
WHERE d.state = 'active' AND (t.received_at IS NOT NULL OR w.online)
ORDER BY d.device_id;

-- name: judged_devices
-- Active devices with the time of their newest reading, and where they are.
SELECT d.device_id, d.kind, c.code || '/' || d.code AS subject, d.name, h.code AS hamlet, l.time AS newest
FROM device AS d JOIN commune AS c USING (commune_id)
JOIN LATERAL (SELECT max(n.time) AS time FROM latest AS n WHERE n.device_id = d.device_id) AS l ON l.time IS NOT NULL
LEFT JOIN hamlet AS h ON h.hamlet_id = d.hamlet_id
WHERE d.kind = ANY (%(kinds)s) AND d.state = 'active' ORDER BY d.device_id;

-- name: alert_overrides_by_device
-- Every rule that is set otherwise for a device: by the commune, its hamlet, itself, the most exact last.
SELECT o.rule, d.device_id, o.enabled, o.threshold, o.margin, o.hold_seconds
FROM alert_override AS o
JOIN device AS d ON d.commune_id = o.commune_id AND (o.device_id IS NULL OR o.device_id = d.device_id)
    AND (o.hamlet_id IS NULL OR o.hamlet_id = d.hamlet_id)
ORDER BY num_nonnulls(o.device_id) * 2 + num_nonnulls(o.hamlet_id);

-- name: alert_states
-- How far some rules have read the devices, and how they stand there.
SELECT rule, device_id, time, since, is_open FROM alert_state WHERE rule = ANY (%(rules)s);

-- name: put_alert_states
-- How far rules have read devices, and how they stand there.
INSERT INTO alert_state (rule, device_id, time, since, is_open)
SELECT * FROM unnest(
    %(rules)s::text[], %(device_ids)s::integer[], %(times)s::timestamptz[], %(since)s::timestamptz[], %(open)s::boolean[])
ON CONFLICT (rule, device_id) DO UPDATE SET
    time = excluded.time, since = excluded.since, is_open = excluded.is_open;

-- name: forget_alert_state
-- A rule that was switched off for a device begins anew when it is switched on.
DELETE FROM alert_state WHERE rule = %(rule)s AND device_id = %(device_id)s;

-- name: readings_after
-- Readings of some devices of a kind that are known by a moment: of each device those after a time of its own, and of
-- the window before it, without those of nothing where only what adds up is asked for.
SELECT r.device_id, r.time, r.received_at, {fields} FROM {table} AS r
JOIN unnest(%(device_ids)s::integer[], %(begins)s::timestamptz[], %(after)s::timestamptz[])
    AS w (device_id, begins, after) ON r.device_id = w.device_id AND r.time > w.begins
WHERE r.time <= %(now)s AND r.received_at <= %(now)s AND (r.time > w.after OR {counts})
ORDER BY r.device_id, r.time;

-- name: judge_lock
-- One maintainer judges at a time; false while another does.
SELECT pg_try_advisory_xact_lock(hashtext('commune.alerts'));

-- name: last_start_of_broker
-- When a broker that is watched was seen to have started last.
SELECT started_at FROM broker_watch WHERE broker = %(broker)s;

-- name: ledger_gaps_since
-- Rows of the ledger from a day on in which a message is missing or entered twice.
SELECT count(*), coalesce(sum(abs(received - stored - duplicate - dead_lettered)), 0)::bigint FROM ledger
WHERE day >= %(day)s AND received <> stored + duplicate + dead_lettered;
