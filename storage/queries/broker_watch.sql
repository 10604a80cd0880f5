-- name: know_broker
-- A broker that is watched for the first time has dropped nothing yet that we know of.
INSERT INTO broker_watch (broker, observed_at, started_at, dropped)
VALUES (%(broker)s, %(started_at)s, %(started_at)s, 0)
ON CONFLICT DO NOTHING;

-- name: last_seen_of_broker
-- What was last seen of a broker, held until the end of the transaction: two watchers count a rise once.
SELECT broker, observed_at, started_at, dropped, queued_messages, queued_bytes, heap_bytes, sessions_away
FROM broker_watch WHERE broker = %(broker)s FOR UPDATE;

-- name: put_seen_of_broker
-- What is seen of a broker now.
UPDATE broker_watch SET observed_at = %(observed_at)s, started_at = %(started_at)s, dropped = %(dropped)s,
    queued_messages = %(queued_messages)s, queued_bytes = %(queued_bytes)s, heap_bytes = %(heap_bytes)s,
    sessions_away = %(sessions_away)s
WHERE broker = %(broker)s;

-- name: add_broker_drop
-- A rise of a broker's counter of dropped messages.
INSERT INTO broker_drop (broker, day, observed_at, dropped, queued_messages, queued_bytes, heap_bytes)
VALUES (%(broker)s, %(day)s, %(observed_at)s, %(rise)s, %(queued_messages)s, %(queued_bytes)s, %(heap_bytes)s);

-- name: dropped_since
-- How many messages a broker has dropped since a moment.
SELECT coalesce(sum(dropped), 0)::bigint FROM broker_drop WHERE broker = %(broker)s AND observed_at >= %(since)s;
