-- name: coverage_probes
-- The numbers of the signal probes of a commune, whatever became of them.
SELECT device_id FROM device AS d JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND d.kind = 'signal_probe' ORDER BY device_id;

-- name: coverage_communes
-- The communes that have signal probes, by code.
SELECT DISTINCT c.code FROM device AS d JOIN commune AS c USING (commune_id) WHERE d.kind = 'signal_probe' ORDER BY c.code;

-- name: coverage_samples
-- The samples of some probes within a time, every column of a fixed width and never NULL: codes count from 1, 0 is none.
SELECT r.time, r.device_id, coalesce(array_position(%(operators)s::text[], r.operator), 0)::smallint,
    coalesce(array_position(%(technologies)s::text[], r.technology), 0)::smallint,
    coalesce(array_position(%(surroundings)s::text[], r.surroundings), 0)::smallint,
    coalesce(r.access_ok::integer, -1)::smallint, coalesce(r.latitude, 'NaN'), coalesce(r.longitude, 'NaN'),
    coalesce(r.gnss_accuracy, 'NaN'), coalesce(r.speed, 'NaN'), coalesce(r.ss_rsrp, 'NaN'), coalesce(r.ss_sinr, 'NaN'),
    coalesce(r.rsrp, 'NaN'), coalesce(r.sinr, 'NaN'), coalesce(r.download, 'NaN'), coalesce(r.upload, 'NaN'),
    coalesce(r.latency, 'NaN')
FROM signal_probe AS r
WHERE r.device_id = ANY(%(device_ids)s) AND r.time >= %(start)s AND r.time < %(end)s;

-- name: coverage_raw_from
-- The first day (UTC+7) all of whose samples are still there, NULL where none was deleted.
SELECT (nullif(raw_from, '-infinity') AT TIME ZONE 'UTC' + interval '31 hours' - interval '1 microsecond')::date
FROM rollup_horizon WHERE kind = 'signal_probe';

-- name: try_coverage_lock
-- Take the counts of coverage to oneself until the end of the transaction; false when another maintainer has them.
SELECT pg_try_advisory_xact_lock(hashtext('commune.coverage'), 0);

-- name: take_coverage_lock
-- The same, waiting for whoever has them.
SELECT pg_advisory_xact_lock(hashtext('commune.coverage'), 0);

-- name: coverage_notes
-- The notes of days within two days, both included, newest first.
SELECT day, writer, noted_by::text FROM coverage_note WHERE day >= %(first)s AND day <= %(last)s ORDER BY day DESC, writer;

-- name: forget_coverage_notes
-- Delete the notes that were seen, but for those that a writer has changed since or is changing now.
DELETE FROM coverage_note AS n
USING (
    SELECT m.day, m.writer FROM coverage_note AS m
    JOIN unnest(%(days)s::date[], %(writers)s::integer[], %(noted_by)s::text[]) AS s (day, writer, noted_by)
        ON m.day = s.day AND m.writer = s.writer AND m.noted_by::text = s.noted_by
    FOR UPDATE OF m SKIP LOCKED
) AS seen
WHERE (n.day, n.writer) = (seen.day, seen.writer);

-- name: note_coverage_days
-- Note every day between two, both included, so that it is counted anew.
INSERT INTO coverage_note (day, writer, noted_by)
SELECT day::date, pg_backend_pid(), pg_current_xact_id()
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
ON CONFLICT (day, writer) DO UPDATE SET noted_by = excluded.noted_by;

-- name: coverage_days
-- The days of a commune that were counted, within two days, both included, and by which numbers.
SELECT d.day, d.rules FROM coverage_day AS d JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND d.day >= %(first)s AND d.day <= %(last)s ORDER BY d.day;

-- name: coverage_span
-- The first and the last day of which anything was counted or noted; NULL where nothing was.
SELECT min(day), max(day) FROM (SELECT day FROM coverage_day UNION ALL SELECT day FROM coverage_note) AS known;

-- name: forget_coverage_day
-- Delete what was counted of a day of a commune.
DELETE FROM coverage_day AS d USING commune AS c
WHERE c.commune_id = d.commune_id AND c.code = %(commune)s AND d.day = %(day)s;

-- name: add_coverage_day
-- Enter a day of a commune as counted by some numbers; returns the number of the commune.
INSERT INTO coverage_day (commune_id, day, rules)
SELECT commune_id, %(day)s, %(rules)s FROM commune WHERE code = %(commune)s
RETURNING commune_id;

-- name: coverage_picks
-- The picks of some days of a commune, as `coverage_samples` has samples: every column of a fixed width, never NULL.
SELECT (p.day - date '1970-01-01')::integer, p.fine,
    coalesce(array_position(%(operators)s::text[], p.operator), 0)::smallint, p.indoors::integer::smallint,
    (p.signal::integer + 2 * p.service::integer)::smallint, p.lot, p.time,
    coalesce(array_position(%(technologies)s::text[], p.technology), 0)::smallint, p.in_vehicle::integer::smallint,
    coalesce(p.ss_rsrp, 'NaN'), coalesce(p.ss_sinr, 'NaN'), coalesce(p.rsrp, 'NaN'), coalesce(p.sinr, 'NaN'),
    coalesce(p.download, 'NaN'), coalesce(p.access_ok::integer, -1)::smallint
FROM coverage_pick AS p JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND p.day = ANY(%(days)s);

-- name: coverage_cell_days
-- The sums of some days of a commune, every column of a fixed width and never NULL.
SELECT (s.day - date '1970-01-01')::integer, s.cell,
    coalesce(array_position(%(operators)s::text[], s.operator), 0)::smallint, s.indoors::integer::smallint,
    s.samples, s.slots, s.nr_samples, s.nr_moving, s.downloads, s.download_sum, s.fast, s.uploads, s.upload_sum,
    s.latencies, s.latency_sum, s.accesses, s.failures
FROM coverage_cell_day AS s JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND s.day = ANY(%(days)s);

-- name: coverage_left_out
-- How many samples of some days of a commune do not count, by operator and cause.
SELECT l.operator, l.cause, sum(l.samples)::bigint
FROM coverage_left_out AS l JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND l.day = ANY(%(days)s)
GROUP BY l.operator, l.cause;

-- name: copy_coverage_picks
-- Write the picks of a day.
COPY coverage_pick (commune_id, day, fine, operator, indoors, signal, service, lot, time, technology, in_vehicle, ss_rsrp,
    ss_sinr, rsrp, sinr, download, access_ok) FROM STDIN (FORMAT BINARY);

-- name: copy_coverage_cell_days
-- Write the sums of a day.
COPY coverage_cell_day (commune_id, day, cell, operator, indoors, samples, slots, nr_samples, nr_moving, downloads,
    download_sum, fast, uploads, upload_sum, latencies, latency_sum, accesses, failures) FROM STDIN (FORMAT BINARY);

-- name: add_coverage_left_out
-- Enter how many samples of a day do not count, by operator and cause.
INSERT INTO coverage_left_out (commune_id, day, operator, cause, samples)
SELECT %(commune_id)s, %(day)s, operator, cause, samples
FROM unnest(%(operators)s::text[], %(causes)s::text[], %(samples)s::bigint[]) AS told (operator, cause, samples);

-- name: take_coverage_verdicts
-- Wait for whoever writes verdicts, until the end of whose transaction.
SELECT pg_advisory_xact_lock(hashtext('commune.coverage_verdict'), 0);

-- name: forget_coverage_verdicts
-- Delete the last verdicts on the cells of a commune.
DELETE FROM coverage_verdict AS v USING commune AS c WHERE c.commune_id = v.commune_id AND c.code = %(commune)s;

-- name: copy_coverage_verdicts
-- Write verdicts on cells for the wall.
COPY coverage_verdict (commune_id, operator, technology, surroundings, cell, latitude, longitude, state, samples,
    passed, mean_rsrp, first_day, last_day) FROM STDIN;

-- name: commune_number
-- The number of a commune.
SELECT commune_id FROM commune WHERE code = %(commune)s;
