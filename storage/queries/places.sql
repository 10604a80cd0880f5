-- name: add_commune
-- A commune; no row comes back when its code is taken.
INSERT INTO commune (code, name, province, latitude, longitude, is_sample)
VALUES (%(code)s, %(name)s, %(province)s, %(latitude)s, %(longitude)s, %(is_sample)s)
ON CONFLICT (code) DO NOTHING
RETURNING commune_id;

-- name: put_commune
-- A commune, new or as it is now described.
INSERT INTO commune (code, name, province, latitude, longitude, is_sample)
VALUES (%(code)s, %(name)s, %(province)s, %(latitude)s, %(longitude)s, %(is_sample)s)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, province = excluded.province, latitude = excluded.latitude,
    longitude = excluded.longitude, is_sample = excluded.is_sample
RETURNING commune_id, version;

-- name: list_communes
-- Every commune by code.
SELECT code, name, province, latitude, longitude, is_sample FROM commune ORDER BY code;

-- name: commune_ids
-- The numbers of all communes by code.
SELECT code, commune_id FROM commune ORDER BY code;

-- name: add_hamlet
-- A hamlet of a commune; no row comes back when its code is taken.
INSERT INTO hamlet (commune_id, code, name, type, population, latitude, longitude, boundary)
VALUES (%(commune_id)s, %(code)s, %(name)s, %(type)s, %(population)s, %(latitude)s, %(longitude)s, %(boundary)s::jsonb)
ON CONFLICT (commune_id, code) DO NOTHING
RETURNING hamlet_id;

-- name: put_hamlet
-- A hamlet of a commune, new or as it is now described.
INSERT INTO hamlet (commune_id, code, name, type, population, latitude, longitude, boundary)
VALUES (%(commune_id)s, %(code)s, %(name)s, %(type)s, %(population)s, %(latitude)s, %(longitude)s, %(boundary)s::jsonb)
ON CONFLICT (commune_id, code) DO UPDATE SET name = excluded.name, type = excluded.type,
    population = excluded.population, latitude = excluded.latitude, longitude = excluded.longitude,
    boundary = excluded.boundary
RETURNING hamlet_id, version;

-- name: list_hamlets
-- The hamlets of a commune by code.
SELECT h.code, h.name, h.type, h.population, h.latitude, h.longitude, h.boundary::text
FROM hamlet AS h JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s ORDER BY h.code;

-- name: hamlet_ids
-- The numbers of all hamlets by the codes of commune and hamlet.
SELECT c.code, h.code, h.hamlet_id FROM hamlet AS h JOIN commune AS c USING (commune_id) ORDER BY 1, 2;

-- name: add_site
-- A site of a commune; no row comes back when its code is taken.
INSERT INTO site (commune_id, hamlet_id, code, name, type, latitude, longitude)
VALUES (%(commune_id)s, %(hamlet_id)s, %(code)s, %(name)s, %(type)s, %(latitude)s, %(longitude)s)
ON CONFLICT (commune_id, code) DO NOTHING
RETURNING site_id;

-- name: put_site
-- A site of a commune, new or as it is now described.
INSERT INTO site (commune_id, hamlet_id, code, name, type, latitude, longitude)
VALUES (%(commune_id)s, %(hamlet_id)s, %(code)s, %(name)s, %(type)s, %(latitude)s, %(longitude)s)
ON CONFLICT (commune_id, code) DO UPDATE SET hamlet_id = excluded.hamlet_id, name = excluded.name,
    type = excluded.type, latitude = excluded.latitude, longitude = excluded.longitude
RETURNING site_id, version;

-- name: list_sites
-- The sites of a commune by code.
SELECT s.code, s.name, s.type, s.latitude, s.longitude, h.code
FROM site AS s JOIN commune AS c USING (commune_id) LEFT JOIN hamlet AS h ON h.hamlet_id = s.hamlet_id
WHERE c.code = %(commune)s ORDER BY s.code;

-- name: site_ids
-- The numbers of all sites by the codes of commune and site.
SELECT c.code, s.code, s.site_id FROM site AS s JOIN commune AS c USING (commune_id) ORDER BY 1, 2;

-- name: one_commune
-- A commune as it is now described, with its version.
SELECT version, code, name, province, latitude, longitude, is_sample FROM commune WHERE code = %(commune)s;

-- name: one_hamlet
-- A hamlet as it is now described, with its version.
SELECT h.version, h.code, h.name, h.type, h.population, h.latitude, h.longitude, h.boundary::text
FROM hamlet AS h JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND h.code = %(code)s;

-- name: one_site
-- A site as it is now described, with its version.
SELECT s.version, s.code, s.name, s.type, s.latitude, s.longitude, h.code AS hamlet
FROM site AS s JOIN commune AS c USING (commune_id) LEFT JOIN hamlet AS h ON h.hamlet_id = s.hamlet_id
WHERE c.code = %(commune)s AND s.code = %(code)s;
