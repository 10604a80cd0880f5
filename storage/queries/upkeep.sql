-- name: activate_devices
-- A registered device of which anything was stored is active.
UPDATE device SET state = 'active', updated_at = now()
WHERE state = 'registered' AND EXISTS (
    SELECT 1 FROM ledger WHERE ledger.device_id = device.device_id AND ledger.stored > 0);
