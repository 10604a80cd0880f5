-- name: devices_to_activate
-- Registered devices of which anything was stored.
SELECT device_id FROM device
WHERE state = 'registered' AND EXISTS (
    SELECT 1 FROM ledger WHERE ledger.device_id = device.device_id AND ledger.stored > 0);

-- name: activate_devices
-- These devices are active from now on, unless somebody has changed their state.
UPDATE device SET state = 'active', updated_at = now()
WHERE device_id = ANY(%(numbers)s) AND state = 'registered';

-- name: analyse
-- Clear away what was replaced, and count anew what the tables hold.
VACUUM ANALYZE;
