#!/bin/sh
# Run once, by the image of PostgreSQL, when its data folder is new: a database for each service with two roles.
# bugle_<service>_owner owns it and migrates it; bugle_<service> works in it and may do what migrations grant.
set -eu

make() {
  service=$1 password=$2 owner_password=$3
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v name="bugle_$service" -v owner="bugle_${service}_owner" \
    -v password="$password" -v owner_password="$owner_password" <<'SQL'
CREATE ROLE :"name" LOGIN CONNECTION LIMIT 100 PASSWORD :'password';
CREATE ROLE :"owner" LOGIN CONNECTION LIMIT 10 PASSWORD :'owner_password';
CREATE DATABASE :"name" OWNER :"owner";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO :"name";
\connect :"name"
\i /docker-entrypoint-initdb.d/sql/locks.sql
SQL
}

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  -c 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'

make intake "$BUGLE_INTAKE_PASSWORD" "$BUGLE_INTAKE_OWNER_PASSWORD"
make routing "$BUGLE_ROUTING_PASSWORD" "$BUGLE_ROUTING_OWNER_PASSWORD"
make supervision "$BUGLE_SUPERVISION_PASSWORD" "$BUGLE_SUPERVISION_OWNER_PASSWORD"
make reporting "$BUGLE_REPORTING_PASSWORD" "$BUGLE_REPORTING_OWNER_PASSWORD"
