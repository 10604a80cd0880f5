-- name: alert_ingest
-- Seconds since an ingest session wrote last; no row where none has ever run.
SELECT extract(epoch FROM now() - max(seen_at))::float8 AS value FROM wall.ingest_session HAVING max(seen_at) IS NOT NULL;

-- name: alert_upkeep
-- Seconds since the upkeep looked at the broker last; no row where it never did.
SELECT extract(epoch FROM now() - max(observed_at))::float8 AS value FROM wall.broker HAVING max(observed_at) IS NOT NULL;

-- name: alert_critical
-- Critical alerts that nobody has taken on, by commune.
SELECT coalesce(commune_name, 'Hệ thống') AS "noi", count(*)::float8 AS value FROM wall.alert
WHERE closed_at IS NULL AND acknowledged_at IS NULL AND severity = 'critical' AND coalesce(silenced_until, now()) <= now()
GROUP BY 1;

-- name: alert_devices_off
-- The share of the devices of each kind in use that have gone off; from the registry, so that silent ones do not vanish.
SELECT kind_title_vi AS "loai", avg((health = 'off')::integer)::float8 AS value FROM wall.device
WHERE state IN ('registered', 'active') AND health <> 'never' GROUP BY 1;

-- name: alert_broker_drops
-- Messages that the broker dropped within the last hour.
SELECT coalesce(sum(dropped), 0)::float8 AS value FROM wall.broker_drop WHERE time > now() - interval '1 hour';

-- name: alert_set_aside
-- The share of the messages of today and yesterday (UTC+7) that were set aside.
SELECT coalesce(sum(dead_lettered)::float8 / nullif(sum(received), 0), 0) AS value FROM wall.ledger
WHERE day >= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 1;
