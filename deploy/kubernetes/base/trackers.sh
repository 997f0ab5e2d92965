#!/bin/sh
# Runs once, when the database is created: gives Rasa's conversations their own user and database.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$TRACKERS_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE trackers LOGIN PASSWORD :'password';
CREATE DATABASE trackers OWNER trackers;
REVOKE ALL ON DATABASE trackers FROM PUBLIC;
REVOKE ALL ON DATABASE assistant FROM PUBLIC;
SQL
