-- name: add_status
-- A device's status, unless there is one of that time.
INSERT INTO device_status (device_id, time, received_at, time_source, online, detail)
VALUES (%(device_id)s, %(time)s, %(received_at)s, %(time_source)s, %(online)s, %(detail)s::jsonb)
ON CONFLICT DO NOTHING;

-- name: same_status
-- Whether the stored status of that time says the same.
SELECT online = %(online)s AND detail = %(detail)s::jsonb FROM device_status
WHERE device_id = %(device_id)s AND time = %(time)s;

-- name: add_event
-- A device's event, unless there is one of that name and time.
INSERT INTO device_event (device_id, time, name, received_at, time_source, detail)
VALUES (%(device_id)s, %(time)s, %(name)s, %(received_at)s, %(time_source)s, %(detail)s::jsonb)
ON CONFLICT DO NOTHING;

-- name: same_event
-- Whether the stored event of that name and time says the same.
SELECT detail = %(detail)s::jsonb FROM device_event
WHERE device_id = %(device_id)s AND time = %(time)s AND name = %(name)s;
