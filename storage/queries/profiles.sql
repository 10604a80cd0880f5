-- name: put_profile
-- The plan of a commune, a province or the nation, new or as it is now written; its places stay as they are.
INSERT INTO profile (code, level, commune_id, document)
VALUES (%(code)s, %(level)s, (SELECT commune_id FROM commune WHERE code = %(commune)s), %(document)s::jsonb)
ON CONFLICT (code) DO UPDATE SET level = excluded.level, commune_id = excluded.commune_id,
    document = excluded.document, applied_at = now()
WHERE (profile.level, profile.commune_id, profile.document)
    IS DISTINCT FROM (excluded.level, excluded.commune_id, excluded.document);

-- name: put_profile_places
-- Boundary and centre of a commune that has a plan, and where its places come from.
UPDATE profile SET boundary = %(boundary)s::jsonb, centre = %(centre)s::jsonb, places_are_sample = %(is_sample)s,
    places_origin = %(origin)s::jsonb, applied_at = now()
WHERE code = %(code)s;

-- name: list_profiles
-- The plans that apply, by level and code; that of one code where it is given.
SELECT code, level, document, boundary, centre, places_are_sample, places_origin, applied_at
FROM profile
WHERE %(code)s::text IS NULL OR code = %(code)s
ORDER BY level, code;
