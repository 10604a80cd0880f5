-- name: communes
-- Choices: communes.
SELECT DISTINCT commune_name AS __text, commune AS __value FROM wall.device ORDER BY 1;

-- name: hamlets
-- Choices: hamlets of the communes, and `-` for devices in none.
SELECT DISTINCT coalesce(hamlet_name, 'Không thuộc thôn nào') AS __text, coalesce(hamlet, '-') AS __value
FROM wall.device WHERE commune IN ($commune) ORDER BY 1;

-- name: devices_of_kind
-- Choices: devices of a kind in the hamlets. {kind} is a name of the catalogue.
SELECT coalesce(nullif(device_name, ''), device) AS __text, device AS __value
FROM wall.device
WHERE kind = '{kind}' AND state <> 'retired' AND commune IN ($commune) AND coalesce(hamlet, '-') IN ($hamlet)
ORDER BY 1, 2;

-- name: devices
-- Choices: devices of one commune.
SELECT concat_ws(' · ', nullif(device_name, ''), device) AS __text, device AS __value
FROM wall.device WHERE commune = '$commune' ORDER BY 1, 2;

-- name: kind_of_device
-- Choices: the kind of the chosen device.
SELECT kind AS __value, kind_title_vi AS __text FROM wall.device WHERE commune = '$commune' AND device = '$device';

-- name: count_health
-- How many devices stand as {health} says.
SELECT count(*) AS value FROM wall.device
WHERE state <> 'retired' AND health IN ({health}) AND commune IN ($commune) AND coalesce(hamlet, '-') IN ($hamlet);

-- name: open_alerts_count
-- Open alerts of the communes and of the system.
SELECT count(*) AS value FROM wall.alert
WHERE closed_at IS NULL AND (commune IS NULL OR commune IN ($commune))
    AND (device IS NULL OR coalesce(hamlet, '-') IN ($hamlet));

-- name: open_alerts
-- Open alerts, the gravest first.
SELECT opened_at AS "Mở lúc", severity AS "Mức", coalesce(device_name, subject) AS "Ở đâu",
    hamlet_name AS "Thôn", detail_vi AS "Chuyện gì",
    CASE WHEN acknowledged_at IS NULL THEN 'chưa ai nhận' ELSE 'đã có người nhận' END AS "Xử lý"
FROM wall.alert
WHERE closed_at IS NULL AND (commune IS NULL OR commune IN ($commune))
    AND (device IS NULL OR coalesce(hamlet, '-') IN ($hamlet))
ORDER BY array_position(ARRAY['critical', 'serious', 'warning', 'info'], severity), opened_at DESC LIMIT 200;

-- name: state_by_kind
-- How the devices of each kind stand.
SELECT kind_title_vi AS "Loại thiết bị", kind AS "Mã loại", count(*) AS "Tất cả",
    count(*) FILTER (WHERE health = 'on') AS "Hoạt động", count(*) FILTER (WHERE health = 'late') AS "Chậm",
    count(*) FILTER (WHERE health = 'off') AS "Mất liên lạc", count(*) FILTER (WHERE health = 'never') AS "Chưa có tin"
FROM wall.device
WHERE state <> 'retired' AND commune IN ($commune) AND coalesce(hamlet, '-') IN ($hamlet)
GROUP BY 1, 2 ORDER BY 1;

-- name: map
-- Where devices stand, and how.
SELECT latitude, longitude, coalesce(nullif(device_name, ''), device) AS "Thiết bị", kind_title_vi AS "Loại",
    array_position(ARRAY['on', 'late', 'off', 'never'], health) AS health, seen_at AS "Nhận tin lúc"
FROM wall.device
WHERE latitude IS NOT NULL AND state <> 'retired' AND commune IN ($commune) AND coalesce(hamlet, '-') IN ($hamlet)
ORDER BY health;

-- name: silent_devices
-- Which devices are not heard, since when, where.
SELECT coalesce(nullif(device_name, ''), device) AS "Thiết bị", device AS "Mã", commune AS "Xã",
    kind_title_vi AS "Loại", hamlet_name AS "Thôn", health AS "Tình trạng", seen_at AS "Nhận tin lúc"
FROM wall.device
WHERE state NOT IN ('retired', 'planned') AND health <> 'on' AND commune IN ($commune)
    AND coalesce(hamlet, '-') IN ($hamlet)
ORDER BY array_position(ARRAY['off', 'late', 'never'], health), seen_at DESC NULLS LAST LIMIT 200;

-- name: ledger_by_day
-- Messages by day of receipt (UTC+7), and what became of them.
SELECT day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS time, sum(stored) AS "Đã lưu", sum(duplicate) AS "Trùng",
    sum(dead_lettered) AS "Để riêng"
FROM wall.ledger
WHERE $__timeFilter(day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') AND (commune IS NULL OR commune IN ($commune))
GROUP BY day ORDER BY 1;

-- name: ledger_sum
-- What arrived in the chosen days, as the ledger has it.
SELECT sum({column}) AS value FROM wall.ledger
WHERE day BETWEEN ($__timeFrom()::timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    AND ($__timeTo()::timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    AND (commune IS NULL OR commune IN ($commune));

-- name: quality_by_kind
-- Alive, clean and complete by kind: complete counts the readings of the last whole day against those expected.
SELECT d.kind_title_vi AS "Loại thiết bị", count(*) AS "Thiết bị",
    avg((d.health = 'on')::integer) AS "Sống", least(1, sum(l.stored) / sum(86400.0 / d.expected_interval_seconds)) AS "Đủ",
    1 - sum(l.dead) / nullif(sum(l.stored) + sum(l.dead), 0) AS "Sạch"
FROM wall.device AS d
LEFT JOIN (
    SELECT commune, device, sum(readings_stored) AS stored, sum(readings_dead_lettered) AS dead
    FROM wall.ledger WHERE day = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 1 GROUP BY 1, 2
) AS l USING (commune, device)
WHERE d.state NOT IN ('retired', 'planned') AND commune IN ($commune)
GROUP BY 1 ORDER BY 1;

-- name: dead_letters_by_reason
-- What was set aside in the chosen time, by reason.
SELECT reason AS "Lý do", kind AS "Loại", count(*) AS "Số lượng", count(*) FILTER (WHERE state = 'open') AS "Còn mở",
    max(time) AS "Gần nhất"
FROM wall.dead_letter
WHERE $__timeFilter(time) AND (commune IS NULL OR commune IN ($commune))
GROUP BY 1, 2 ORDER BY 3 DESC;

-- name: dead_letters_over_time
-- What was set aside, over time.
SELECT date_bin('$__interval_ms milliseconds', time, timestamptz '2000-01-02 17:00:00+00') AS time,
    count(*) AS "Để riêng"
FROM wall.dead_letter
WHERE $__timeFilter(time) AND (commune IS NULL OR commune IN ($commune))
GROUP BY 1 ORDER BY 1;

-- name: ingest_sessions
-- How far each ingest session is.
SELECT session AS "Phiên", seen_at AS "Ghi lần cuối", received AS "Đã nhận", in_hand AS "Đang giữ",
    extract(epoch FROM now() - oldest_at)::float8 AS "Chờ lâu nhất"
FROM wall.ingest_session ORDER BY 1;

-- name: ingest_lag
-- Seconds since the ingest session that wrote last did so.
SELECT extract(epoch FROM now() - max(seen_at))::float8 AS value FROM wall.ingest_session;

-- name: brokers
-- The last that was seen of the broker's counters.
SELECT broker AS "Máy chủ", observed_at AS "Xem lúc", started_at AS "Chạy từ", queued_messages AS "Bản tin chờ",
    queued_bytes AS "Dung lượng chờ", dropped AS "Đã bỏ", sessions_away AS "Phiên vắng"
FROM wall.broker ORDER BY 1;

-- name: broker_drops
-- When the broker dropped messages.
SELECT time AS "Lúc", broker AS "Máy chủ", dropped AS "Đã bỏ", queued_messages AS "Bản tin chờ"
FROM wall.broker_drop WHERE $__timeFilter(time) ORDER BY 1 DESC LIMIT 200;

-- name: device_health
-- How the device stands.
SELECT health AS value FROM wall.device WHERE commune = '$commune' AND device = '$device';

-- name: device_seen
-- When the device was last heard.
SELECT seen_at AS value FROM wall.device WHERE commune = '$commune' AND device = '$device';

-- name: device_interval
-- How often the device is to report.
SELECT expected_interval_seconds AS value FROM wall.device WHERE commune = '$commune' AND device = '$device';

-- name: device_card
-- What is known of the device.
SELECT device AS "Mã", device_name AS "Tên", kind_title_vi AS "Loại", hamlet_name AS "Thôn", site_name AS "Điểm",
    state AS "Vòng đời", registered_at AS "Đăng ký lúc"
FROM wall.device WHERE commune = '$commune' AND device = '$device';

-- name: device_presence
-- When the device was there and when not.
SELECT time, online::integer AS "Có mặt" FROM wall.status
WHERE $__timeFilter(time) AND commune = '$commune' AND device = '$device' ORDER BY 1;

-- name: device_ledger
-- Messages of the device by day of receipt (UTC+7).
SELECT day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS time, sum(stored) AS "Đã lưu", sum(duplicate) AS "Trùng",
    sum(dead_lettered) AS "Để riêng"
FROM wall.ledger
WHERE $__timeFilter(day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') AND commune = '$commune' AND device = '$device'
GROUP BY day ORDER BY 1;

-- name: device_alerts
-- Alerts of the device in the chosen time.
SELECT opened_at AS "Mở lúc", closed_at AS "Hết lúc", severity AS "Mức", detail_vi AS "Chuyện gì"
FROM wall.alert
WHERE commune = '$commune' AND device = '$device' AND opened_at <= $__timeTo()::timestamptz
    AND coalesce(closed_at, 'infinity') >= $__timeFrom()::timestamptz
ORDER BY 1 DESC LIMIT 200;

-- name: kind_health
-- How many devices of a kind stand as {health} says. {kind} is a name of the catalogue.
SELECT count(*) AS value FROM wall.device
WHERE kind = '{kind}' AND state <> 'retired' AND health IN ({health}) AND commune IN ($commune)
    AND device IN ($device);

-- name: kind_alerts
-- Open alerts of devices of a kind. {kind} is a name of the catalogue.
SELECT count(*) AS value FROM wall.alert
WHERE closed_at IS NULL AND device_kind = '{kind}' AND commune IN ($commune) AND device IN ($device);
