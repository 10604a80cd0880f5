-- The four roles of the system and the two schemas that hold it. Roles belong to the whole server, so another
-- database on the same server may already have them; `commune db migrate` gives them LOGIN where a password is set.
-- No default privileges: each table says who may do what with it.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['commune_admin', 'commune_ingest', 'commune_read', 'commune_grafana'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- made by another database of this server at this very moment
            END;
        END IF;
    END LOOP;
END $$;

CREATE SCHEMA IF NOT EXISTS commune;
CREATE SCHEMA IF NOT EXISTS wall;
COMMENT ON SCHEMA commune IS 'Smart-commune telemetry: tables';
COMMENT ON SCHEMA wall IS 'Smart-commune telemetry: the views that dashboards may read';

GRANT USAGE ON SCHEMA commune TO commune_admin, commune_ingest, commune_read;
GRANT USAGE ON SCHEMA wall TO commune_admin, commune_read, commune_grafana;
