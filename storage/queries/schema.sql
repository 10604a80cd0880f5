-- name: schema_is_there
-- Whether a table exists.
SELECT to_regclass(%(name)s) IS NOT NULL;

-- name: schema_columns
-- Every column of every table in schema commune.
SELECT c.relname AS table_name, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
    coalesce(col_description(c.oid, a.attnum), '') AS comment
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace('commune') AND c.relkind IN ('r', 'p')
ORDER BY c.relname, a.attnum;

-- name: schema_table_comments
-- The comment of every table in schema commune.
SELECT relname, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class
WHERE relnamespace = to_regnamespace('commune') AND relkind IN ('r', 'p');

-- name: schema_identities
-- The columns of every unique index in schema commune whose name ends in _identity.
SELECT t.relname, array_agg(a.attname::text ORDER BY k.place)
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid AND x.relnamespace = to_regnamespace('commune')
JOIN pg_class AS t ON t.oid = i.indrelid AND x.relname = t.relname || '_identity'
CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.attnum
WHERE i.indisunique AND i.indisvalid
GROUP BY t.relname;

-- name: schema_grants
-- What our roles may do with each table of schema commune.
SELECT c.relname, r.rolname, g.privilege_type
FROM pg_class AS c
CROSS JOIN LATERAL aclexplode(c.relacl) AS g
JOIN pg_roles AS r ON r.oid = g.grantee
WHERE c.relnamespace = to_regnamespace('commune') AND c.relkind IN ('r', 'p') AND r.rolname LIKE 'commune\_%';

-- name: schema_kinds
-- The kinds that have a table, with their words.
SELECT name, title_vi, title_en, domain_vi, domain_en FROM commune.kind;

-- name: schema_wall
-- Every view of the wall and of the rollups with its comment.
SELECT n.nspname || '.' || c.relname, coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('commune', 'wall') AND c.relkind = 'v';

-- name: schema_hypertables
-- The hypertables in schema commune, and whether their chunks may be columns.
SELECT hypertable_name::text, compression_enabled FROM timescaledb_information.hypertables WHERE hypertable_schema = 'commune';

-- name: drop_wall
-- Drop our views, so that none stands in the way of a migration; the catalogue's step makes them anew. The wall reads the
-- rollups, and days read hours.
DO $$
DECLARE
    name regclass;
BEGIN
    FOR name IN
        SELECT oid FROM pg_class
        WHERE relnamespace IN (to_regnamespace('wall'), to_regnamespace('commune')) AND relkind = 'v'
            AND obj_description(oid, 'pg_class') LIKE '%(definition %)'
        ORDER BY relnamespace = to_regnamespace('wall') DESC, relname LIKE '%\_daily' DESC
    LOOP
        EXECUTE format('DROP VIEW %s', name);
    END LOOP;
END $$;
