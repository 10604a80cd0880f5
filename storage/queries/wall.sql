-- name: wall_device
-- Every device with its place, when it was last heard of, and how it stands: `health` is that of the API's fleet.
CREATE VIEW wall.device AS
SELECT known.*, greatest(known.last_received_at, known.status_received_at) AS seen_at,
    CASE
        WHEN greatest(known.last_received_at, known.status_received_at) IS NULL THEN 'never'
        WHEN NOT known.online AND known.status_received_at >= coalesce(known.last_received_at, '-infinity') THEN 'off'
        WHEN now() - greatest(known.last_received_at, known.status_received_at)
            > known.expected_interval_seconds * 5 * interval '1 second' THEN 'off'
        WHEN now() - greatest(known.last_received_at, known.status_received_at)
            > known.expected_interval_seconds * 2 * interval '1 second' THEN 'late'
        ELSE 'on'
    END AS health
FROM (
    SELECT c.code AS commune, c.name AS commune_name, d.code AS device, d.name AS device_name, d.kind,
        k.title_vi AS kind_title_vi, k.title_en AS kind_title_en, k.domain_vi, k.domain_en,
        h.code AS hamlet, h.name AS hamlet_name, s.code AS site, s.name AS site_name,
        coalesce(d.latitude, s.latitude) AS latitude, coalesce(d.longitude, s.longitude) AS longitude, d.height_m,
        d.state, d.expected_interval_seconds, d.registered_at, seen.last_time, seen.last_received_at,
        status.online, status.time AS status_time,
        status.received_at AS status_received_at
    FROM commune.device AS d
    JOIN commune.commune AS c USING (commune_id)
    JOIN commune.kind AS k ON k.name = d.kind
    LEFT JOIN commune.hamlet AS h ON h.hamlet_id = d.hamlet_id
    LEFT JOIN commune.site AS s ON s.site_id = d.site_id
    LEFT JOIN LATERAL (
        SELECT max(l.time) AS last_time, max(l.received_at) AS last_received_at
        FROM commune.latest AS l WHERE l.device_id = d.device_id
    ) AS seen ON true
    LEFT JOIN LATERAL (
        SELECT ds.online, ds.time, ds.received_at FROM commune.device_status AS ds
        WHERE ds.device_id = d.device_id ORDER BY ds.time DESC LIMIT 1
    ) AS status ON true
) AS known;

-- name: wall_latest
-- The newest value of every field of every device, but for where a probe was. `number` is 1 or 0 for states; `text` is
-- set for labels.
CREATE VIEW wall.latest AS
SELECT c.code AS commune, d.code AS device, d.name AS device_name, d.kind, l.key, v.field,
    to_timestamp((v.pair ->> 1)::double precision) AS time, l.received_at,
    CASE jsonb_typeof(v.pair -> 0)
        WHEN 'number' THEN (v.pair ->> 0)::double precision
        WHEN 'boolean' THEN (v.pair ->> 0)::boolean::integer
    END AS number,
    CASE WHEN jsonb_typeof(v.pair -> 0) = 'string' THEN v.pair ->> 0 END AS text
FROM commune.latest AS l
JOIN commune.device AS d USING (device_id)
JOIN commune.commune AS c USING (commune_id)
CROSS JOIN LATERAL jsonb_each(l."values") AS v (field, pair)
WHERE v.field NOT IN ('latitude', 'longitude');

-- name: wall_ledger
-- The loss ledger with codes; what no registered device sent has none.
CREATE VIEW wall.ledger AS
SELECT c.code AS commune, d.code AS device, d.name AS device_name, d.kind, l.day,
    l.received, l.stored, l.duplicate, l.dead_lettered, l.redelivered,
    l.readings_stored, l.readings_merged, l.readings_duplicate, l.readings_dead_lettered, l.fields_dead_lettered
FROM commune.ledger AS l
LEFT JOIN commune.device AS d ON d.device_id = l.device_id
LEFT JOIN commune.commune AS c ON c.commune_id = d.commune_id;

-- name: wall_alert
-- Alerts, open and ended. Without a commune: about the system itself.
CREATE VIEW wall.alert AS
SELECT a.alert_id, a.kind, a.severity, a.subject, a.detail_vi, a.detail_en, a.opened_at, a.seen_at, a.closed_at,
    a.acknowledged_at, a.silenced_until, cardinality(a.members) AS members,
    c.code AS commune, c.name AS commune_name, d.code AS device, d.name AS device_name, d.kind AS device_kind,
    h.code AS hamlet, h.name AS hamlet_name
FROM commune.alert AS a
LEFT JOIN commune.commune AS c ON c.commune_id = a.commune_id
LEFT JOIN commune.device AS d ON d.device_id = a.device_id
LEFT JOIN commune.hamlet AS h ON h.hamlet_id = d.hamlet_id;

-- name: wall_status
-- When a device said that it was there, and when it or the broker said that it was not.
CREATE VIEW wall.status AS
SELECT ds.time, c.code AS commune, d.code AS device, d.name AS device_name, d.kind, ds.online, ds.received_at
FROM commune.device_status AS ds
JOIN commune.device AS d USING (device_id)
JOIN commune.commune AS c USING (commune_id);

-- name: wall_dead_letter
-- What was set aside, without what was in it.
CREATE VIEW wall.dead_letter AS
SELECT l.received_at AS time, l.level, l.reason, l.field, l.state, c.code AS commune, d.code AS device,
    d.name AS device_name, d.kind
FROM commune.dead_letter AS l
LEFT JOIN commune.device AS d USING (device_id)
LEFT JOIN commune.commune AS c USING (commune_id);

-- name: wall_ingest_session
-- How far each ingest session is.
CREATE VIEW wall.ingest_session AS
SELECT client_id AS session, started_at, seen_at, received, in_hand, oldest_at FROM commune.ingest_worker;

-- name: wall_broker
-- The last that was seen of a broker's own counters.
CREATE VIEW wall.broker AS
SELECT broker, observed_at, started_at, dropped, queued_messages, queued_bytes, heap_bytes, sessions_away
FROM commune.broker_watch;

-- name: wall_broker_drop
-- Every rise of a broker's counter of dropped messages.
CREATE VIEW wall.broker_drop AS
SELECT observed_at AS time, broker, dropped, queued_messages FROM commune.broker_drop;

-- name: wall_coverage_cell
-- The last verdict on each cell of a commune, under the operator or `any`; never where a sample was taken.
CREATE VIEW wall.coverage_cell AS
SELECT c.code AS commune, c.name AS commune_name, v.operator, v.technology, v.surroundings, v.cell, v.latitude,
    v.longitude, v.state AS verdict, v.samples, v.passed,
    v.passed::double precision / nullif(v.samples, 0) AS share, v.mean_rsrp, v.first_day, v.last_day, v.judged_at
FROM commune.coverage_verdict AS v
JOIN commune.commune AS c USING (commune_id);

-- name: wall_target
-- What each target of a plan came to on each day, with what the plan says of it.
CREATE VIEW wall.target AS
SELECT t.scope AS commune, coalesce(c.name, p.document ->> 'name', t.scope) AS commune_name, t.profile, p.level,
    t.target, coalesce(said.target #>> '{title,vi}', t.target) AS title_vi,
    coalesce(said.target #>> '{title,en}', t.target) AS title_en, said.target ->> 'indicator' AS indicator,
    coalesce(said.target ->> 'comparison', 'at_least') AS comparison,
    (said.target ->> 'threshold')::double precision AS threshold, (said.target ->> 'deadline')::date AS deadline,
    p.document -> 'sources' -> (said.target ->> 'source') ->> 'document' AS source,
    CASE WHEN said.target ->> 'indicator' IN ('coverage', 'data_quality', 'declared') THEN '%' ELSE '' END AS unit,
    t.day, t.value, t.low, t.high, t.outcome, t.counted_at,
    t.day = max(t.day) OVER (PARTITION BY t.scope, t.profile, t.target) AS is_newest
FROM commune.target_day AS t
LEFT JOIN commune.commune AS c ON c.code = t.scope
LEFT JOIN commune.profile AS p ON p.code = t.profile
LEFT JOIN LATERAL (
    SELECT one.target FROM jsonb_array_elements(p.document -> 'target') AS one (target)
    WHERE one.target ->> 'id' = t.target
) AS said ON true;
