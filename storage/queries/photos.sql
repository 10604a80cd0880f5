-- name: put_photo
-- Keep a photo of a device instead of the one that it has; the same again changes nothing.
INSERT INTO device_photo AS p (device_id, sha256, width, height, jpeg)
VALUES (%(device_id)s, %(sha256)s, %(width)s, %(height)s, %(jpeg)s)
ON CONFLICT (device_id) DO UPDATE SET sha256 = excluded.sha256, width = excluded.width, height = excluded.height,
    jpeg = excluded.jpeg, received_at = now()
WHERE p.sha256 <> excluded.sha256;

-- name: photo_of_device
-- The photo of a device.
SELECT jpeg, sha256, width, height, received_at FROM device_photo WHERE device_id = %(device_id)s;

-- name: delete_photo
-- Delete the photo of a device.
DELETE FROM device_photo WHERE device_id = %(device_id)s;
