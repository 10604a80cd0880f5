-- name: is_unlived
-- Whether no device has said anything yet, and nothing was ever an alert.
SELECT NOT EXISTS (SELECT FROM latest) AND NOT EXISTS (SELECT FROM device_status) AND NOT EXISTS (SELECT FROM alert);
