-- name: take_migration_lock
-- One migration of a database at a time; the other waits.
SELECT pg_advisory_lock(hashtext('commune'), hashtext('schema_migration'));

-- name: release_migration_lock
-- Let the next migration begin.
SELECT pg_advisory_unlock(hashtext('commune'), hashtext('schema_migration'));

-- name: set_lock_timeout
-- Rather give up than stand before every reader and writer of a busy table.
SELECT set_config('lock_timeout', %(timeout)s::text, false);

-- name: create_migration_ledger
-- The ledger of migrations, which must be there before the first one.
CREATE SCHEMA IF NOT EXISTS commune;
CREATE TABLE IF NOT EXISTS commune.schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: applied_migrations
-- What has been applied, in order.
SELECT number, name, sha256 FROM commune.schema_migration ORDER BY number;

-- name: note_migration
-- Note that a file was applied.
INSERT INTO commune.schema_migration (number, name, sha256) VALUES (%(number)s, %(name)s, %(sha256)s);
