#!/bin/sh
# Gives the front, Rasa and the purge a database role each, with access to what it needs and to nothing else. The
# administrator's role, POSTGRES_USER, is for this script only. Runs when the database is created; run it again by hand
# to upgrade an older one, or to change a password (deploy/README.md).
set -eu
psql --quiet --set ON_ERROR_STOP=1 --set front="$FRONT_PASSWORD" --set trackers="$TRACKERS_PASSWORD" \
  --set purge="$PURGE_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['front', 'trackers', 'purge']) AS name
WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE front LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'front';
ALTER ROLE trackers LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'trackers';
ALTER ROLE purge LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'purge';
SELECT 'CREATE DATABASE trackers OWNER trackers'
WHERE 'trackers' NOT IN (SELECT datname FROM pg_database) \gexec
REVOKE ALL ON DATABASE :"DBNAME", trackers, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO front, purge;
GRANT CONNECT ON DATABASE trackers TO purge;

-- The front owns its tables; those of an older database belong to the administrator still.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO front;
SELECT format('ALTER TABLE public.%I OWNER TO front', tablename) FROM pg_tables WHERE schemaname = 'public' \gexec
-- The purge finds and deletes, and notes what Rasa has yet to erase and when it ran.
GRANT USAGE ON SCHEMA public TO purge;
GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA public TO purge;
ALTER DEFAULT PRIVILEGES FOR ROLE front IN SCHEMA public GRANT SELECT, INSERT, DELETE ON TABLES TO purge;
-- To rewrite tables without what was deleted; PostgreSQL before 17 allows only their owners that.
SELECT 'GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO purge'
WHERE current_setting('server_version_num')::integer >= 170000 \gexec
SELECT 'ALTER DEFAULT PRIVILEGES FOR ROLE front IN SCHEMA public GRANT MAINTAIN ON TABLES TO purge'
WHERE current_setting('server_version_num')::integer >= 170000 \gexec

\connect trackers
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO trackers;
GRANT USAGE ON SCHEMA public TO purge;
GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA public TO purge;
ALTER DEFAULT PRIVILEGES FOR ROLE trackers IN SCHEMA public GRANT SELECT, DELETE ON TABLES TO purge;
SELECT 'GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO purge'
WHERE current_setting('server_version_num')::integer >= 170000 \gexec
SELECT 'ALTER DEFAULT PRIVILEGES FOR ROLE trackers IN SCHEMA public GRANT MAINTAIN ON TABLES TO purge'
WHERE current_setting('server_version_num')::integer >= 170000 \gexec
SQL
