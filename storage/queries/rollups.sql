-- name: note_hours
-- Hours of which something was written, in the row of this writer. In order, so that two writers cannot deadlock.
INSERT INTO rollup_note (kind, hour, writer, noted_by)
SELECT kind, hour, pg_backend_pid(), pg_current_xact_id()
FROM unnest(%(kinds)s::text[], %(hours)s::timestamptz[]) AS noted (kind, hour)
ORDER BY kind, hour
ON CONFLICT (kind, hour, writer) DO UPDATE SET noted_by = excluded.noted_by;

-- name: try_rollup_lock
-- Take the rollups of a kind to oneself until the end of the transaction; false when another maintainer has them.
SELECT pg_try_advisory_xact_lock(hashtext('commune.rollup'), hashtext(%(kind)s));

-- name: take_rollup_lock
-- The same, waiting for whoever has them.
SELECT pg_advisory_xact_lock(hashtext('commune.rollup'), hashtext(%(kind)s));

-- name: hours_to_compute
-- Noted hours of a kind before another one that are over and whose readings are all there, with their day (UTC+7);
-- newest first.
SELECT DISTINCT hour, date_bin('1 day', hour, timestamptz '2000-01-02 17:00:00+00') AS day FROM rollup_note
WHERE kind = %(kind)s AND hour + interval '1 hour' <= %(now)s AND hour < %(before)s
    AND hour >= coalesce((SELECT raw_from FROM rollup_horizon WHERE kind = %(kind)s), '-infinity')
ORDER BY hour DESC LIMIT %(limit)s;

-- name: notes_of_hours
-- The notes of some hours, as they are seen before these are computed.
SELECT hour, writer, noted_by::text FROM rollup_note WHERE kind = %(kind)s AND hour = ANY(%(hours)s);

-- name: forget_notes
-- Delete the notes that were seen, but for those that a writer has changed since or is changing now.
DELETE FROM rollup_note AS n
USING (
    SELECT m.kind, m.hour, m.writer FROM rollup_note AS m
    JOIN unnest(%(hours)s::timestamptz[], %(writers)s::integer[], %(noted_by)s::text[]) AS s (hour, writer, noted_by)
        ON m.hour = s.hour AND m.writer = s.writer AND m.noted_by::text = s.noted_by
    WHERE m.kind = %(kind)s
    FOR UPDATE OF m SKIP LOCKED
) AS seen
WHERE (n.kind, n.hour, n.writer) = (seen.kind, seen.hour, seen.writer);

-- name: devices_of_kind
-- The numbers of the devices of a kind.
SELECT coalesce(array_agg(device_id), '{}') FROM device WHERE kind = %(kind)s;

-- name: rollup_state
-- How many hours of a kind are noted, the oldest and newest of them; how many of them are over and can be computed, and
-- how many are final although something came for them; from when on readings and hours are kept.
SELECT k.name AS kind, count(DISTINCT n.hour) AS noted, min(n.hour) AS oldest, max(n.hour) AS newest,
    count(DISTINCT n.hour) FILTER (
        WHERE n.hour >= coalesce(h.raw_from, '-infinity') AND n.hour + interval '1 hour' <= %(now)s) AS waiting,
    count(DISTINCT n.hour) FILTER (WHERE n.hour < h.raw_from) AS after_final,
    nullif(h.raw_from, '-infinity') AS raw_from, nullif(h.hourly_from, '-infinity') AS hourly_from
FROM kind AS k
LEFT JOIN rollup_note AS n ON n.kind = k.name
LEFT JOIN rollup_horizon AS h ON h.kind = k.name
GROUP BY k.name, h.raw_from, h.hourly_from ORDER BY k.name;

-- name: note_range
-- Note every hour of a kind between two times, but for those that are final.
INSERT INTO rollup_note (kind, hour, writer, noted_by)
SELECT %(kind)s, hour, pg_backend_pid(), pg_current_xact_id()
FROM generate_series(%(start)s::timestamptz, %(end)s::timestamptz - interval '1 microsecond', interval '1 hour') AS hour
WHERE hour >= coalesce((SELECT raw_from FROM rollup_horizon WHERE kind = %(kind)s), '-infinity')
ON CONFLICT (kind, hour, writer) DO UPDATE SET noted_by = excluded.noted_by;
