-- Roles and schema.
--
-- Four roles that nobody logs in with: grant them to the logins of the shop, of the workers, of people.
--   fiscal_writer  puts events into the outbox, and can do nothing else
--   fiscal_worker  runs jobs
--   fiscal_admin   sees everything and acts on jobs, queues and destinations
--   fiscal_reader  sees everything
-- A role belongs to the whole cluster, so two databases may be migrated at once: a rival that made the role first is
-- no error. CREATEROLE is enough, and not even that once the roles exist.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['fiscal_writer', 'fiscal_worker', 'fiscal_admin', 'fiscal_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;  -- somebody else made it just now
            END;
        END IF;
    END LOOP;
END
$$;

-- The runner of the migrations keeps its own table here and may have made the schema.
CREATE SCHEMA IF NOT EXISTS fiscal;

COMMENT ON SCHEMA fiscal IS 'FiscalRelay: payment events of shops on their way to one fiscal receipt each.';

REVOKE ALL ON SCHEMA fiscal FROM PUBLIC;
GRANT USAGE ON SCHEMA fiscal TO fiscal_writer, fiscal_worker, fiscal_admin, fiscal_reader;
