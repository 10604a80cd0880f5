-- The four roles of the system and the schema that holds it. Roles belong to the whole server, so another
-- database on the same server may already have them. They are given a password and LOGIN by `commune db roles`.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['commune_admin', 'commune_ingest', 'commune_read', 'commune_grafana'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- made by another database of this server, perhaps at this very moment
        END;
    END LOOP;
END $$;

CREATE SCHEMA IF NOT EXISTS commune;
CREATE SCHEMA IF NOT EXISTS wall;
COMMENT ON SCHEMA commune IS 'Smart-commune telemetry: tables';
COMMENT ON SCHEMA wall IS 'Smart-commune telemetry: the views that dashboards may read';

GRANT USAGE ON SCHEMA commune TO commune_admin, commune_ingest, commune_read;
GRANT USAGE ON SCHEMA wall TO commune_admin, commune_read, commune_grafana;
GRANT CREATE ON SCHEMA commune, wall TO commune_admin;
ALTER DEFAULT PRIVILEGES IN SCHEMA commune GRANT ALL ON TABLES TO commune_admin;
ALTER DEFAULT PRIVILEGES IN SCHEMA commune GRANT SELECT ON TABLES TO commune_read, commune_ingest;
ALTER DEFAULT PRIVILEGES IN SCHEMA commune GRANT USAGE ON SEQUENCES TO commune_admin, commune_ingest;
ALTER DEFAULT PRIVILEGES IN SCHEMA wall GRANT SELECT ON TABLES TO commune_admin, commune_read, commune_grafana;
