-- name: ledger_view_rows
-- The loss ledger, newest day first, after a (day, device) in that order. Device 0 has no commune and no code.
SELECT l.device_id, l.day, c.code AS commune, d.code AS device, l.received, l.stored, l.duplicate, l.dead_lettered,
    l.redelivered, l.readings_stored, l.readings_merged, l.readings_duplicate, l.readings_dead_lettered,
    l.fields_dead_lettered, l.letters_deleted, l.messages_deleted, l.readings_deleted
FROM ledger AS l
LEFT JOIN device AS d USING (device_id)
LEFT JOIN commune AS c USING (commune_id)
WHERE (%(from_day)s::date IS NULL OR l.day >= %(from_day)s)
    AND (%(to_day)s::date IS NULL OR l.day <= %(to_day)s)
    AND (%(commune)s::text IS NULL OR c.code = %(commune)s)
    AND (%(device)s::text IS NULL OR d.code = %(device)s)
    AND (%(after_day)s::date IS NULL OR l.day < %(after_day)s
        OR (l.day = %(after_day)s AND l.device_id > %(after_device_id)s))
ORDER BY l.day DESC, l.device_id
LIMIT %(limit)s;

-- name: ledger_view_sums
-- The sums of the loss ledger.
SELECT coalesce(sum(l.received), 0)::bigint AS received, coalesce(sum(l.stored), 0)::bigint AS stored,
    coalesce(sum(l.duplicate), 0)::bigint AS duplicate, coalesce(sum(l.dead_lettered), 0)::bigint AS dead_lettered,
    coalesce(sum(l.redelivered), 0)::bigint AS redelivered,
    coalesce(sum(l.readings_stored), 0)::bigint AS readings_stored,
    coalesce(sum(l.readings_merged), 0)::bigint AS readings_merged,
    coalesce(sum(l.readings_duplicate), 0)::bigint AS readings_duplicate,
    coalesce(sum(l.readings_dead_lettered), 0)::bigint AS readings_dead_lettered,
    coalesce(sum(l.fields_dead_lettered), 0)::bigint AS fields_dead_lettered,
    coalesce(sum(l.letters_deleted), 0)::bigint AS letters_deleted,
    coalesce(sum(l.messages_deleted), 0)::bigint AS messages_deleted,
    coalesce(sum(l.readings_deleted), 0)::bigint AS readings_deleted
FROM ledger AS l
LEFT JOIN device AS d USING (device_id)
LEFT JOIN commune AS c USING (commune_id)
WHERE (%(from_day)s::date IS NULL OR l.day >= %(from_day)s)
    AND (%(to_day)s::date IS NULL OR l.day <= %(to_day)s)
    AND (%(commune)s::text IS NULL OR c.code = %(commune)s)
    AND (%(device)s::text IS NULL OR d.code = %(device)s);

-- name: ledger_view_in_hand
-- How many messages all ingest sessions together have received and not yet settled.
SELECT coalesce(sum(in_hand), 0)::bigint FROM ingest_worker;

-- name: dropped_by_broker
-- How many messages the brokers say that they dropped, on some days.
SELECT coalesce(sum(dropped), 0)::bigint FROM broker_drop
WHERE (%(from_day)s::date IS NULL OR day >= %(from_day)s) AND (%(to_day)s::date IS NULL OR day <= %(to_day)s);
