-- name: add_declared_import
-- A list that is taken over; no row comes back when the same file counts already.
INSERT INTO declared_import (commune_id, source, source_date, file_name, file_sha256, note, imported_by)
VALUES ((SELECT commune_id FROM commune WHERE code = %(commune)s), %(source)s, %(source_date)s, %(file_name)s,
    %(file_sha256)s, %(note)s, %(imported_by)s)
ON CONFLICT (commune_id, file_sha256) WHERE undone_at IS NULL DO NOTHING
RETURNING declared_import_id;

-- name: add_declared_value
-- A line of a list.
INSERT INTO declared_value (declared_import_id, line, indicator, hamlet_id, operator, part, whole, value, samples)
VALUES (%(import)s, %(line)s, %(indicator)s, (SELECT h.hamlet_id FROM hamlet AS h JOIN commune AS c USING (commune_id)
    WHERE c.code = %(commune)s AND h.code = %(hamlet)s), %(operator)s, %(part)s, %(whole)s, %(value)s, %(samples)s);

-- name: undo_declared_import
-- A list counts no more; a row comes back when it did before.
UPDATE declared_import AS i SET undone_at = now(), undone_by = %(undone_by)s
FROM commune AS c
WHERE c.commune_id = i.commune_id AND c.code = %(commune)s AND i.declared_import_id = %(import)s
    AND i.undone_at IS NULL
RETURNING i.declared_import_id;

-- name: list_declared_imports
-- The lists of a commune, the newest first; that of one number where it is given.
SELECT i.declared_import_id, c.code, i.source, i.source_date, i.file_name, i.file_sha256, i.note, i.imported_at,
    i.imported_by, i.undone_at, i.undone_by,
    (SELECT count(*) FROM declared_value AS v WHERE v.declared_import_id = i.declared_import_id)
FROM declared_import AS i JOIN commune AS c USING (commune_id)
WHERE c.code = %(commune)s AND (%(import)s::integer IS NULL OR i.declared_import_id = %(import)s)
ORDER BY i.declared_import_id DESC;

-- name: declared_in_force
-- What is declared of a commune as of a day: of each indicator, hamlet and operator the newest that was not undone.
-- VIETTEL is Viettel.
SELECT DISTINCT ON (v.indicator, h.code, lower(v.operator))
    v.indicator, h.code, v.operator, v.part, v.whole, v.value, v.samples, v.line, i.declared_import_id, i.source,
    i.source_date, i.file_name, i.file_sha256, i.note
FROM declared_value AS v
JOIN declared_import AS i USING (declared_import_id)
JOIN commune AS c USING (commune_id)
LEFT JOIN hamlet AS h USING (hamlet_id)
WHERE c.code = %(commune)s AND i.undone_at IS NULL AND i.source_date <= %(day)s
    AND (%(indicator)s::text IS NULL OR v.indicator = %(indicator)s)
ORDER BY v.indicator, h.code, lower(v.operator), i.source_date DESC, i.declared_import_id DESC;
