#!/bin/sh
# Starts PostgreSQL over the folder PGDATA. The first start creates the folder with the user and the database `slate`.
# The folder gets its final name last, so that an interrupted first start leaves no incomplete database.
set -eu
umask 077
volume=$(dirname "$PGDATA")
secrets=/run/secrets

fail() {
    echo "$1" >&2
    exit 1
}

create_data() {
    [ -s "$secrets/postgres_password" ] || fail "The password is missing. \`make up\` writes it into .secrets."
    rm -rf "$PGDATA.new"
    printf '%s\n' "$(cat "$secrets/postgres_password")" | initdb -D "$PGDATA.new" --username=slate --pwfile=/dev/stdin \
        --auth-local=peer --auth-host=scram-sha-256 --encoding=UTF8 \
        --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8
    echo "host all all all scram-sha-256" >>"$PGDATA.new/pg_hba.conf"
    echo "CREATE DATABASE slate" | postgres --single -D "$PGDATA.new" -c exit_on_error=on postgres
    mv "$PGDATA.new" "$PGDATA"
    sync "$volume"
}

# Storage has a role that may change rows and no tables. Each start sets its password, so that the file decides it. A
# restore that was killed may have left the database closed (infra/backup/backup.py). If this fails, the log shows the
# statement as it stands here, and `terse` keeps the one with the password out.
prepare_database() {
    postgres --single -j -D "$PGDATA" -c exit_on_error=on -c log_error_verbosity=terse slate >/dev/null <<'SQL'
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'slate_service') THEN CREATE ROLE slate_service LOGIN; END IF;
    EXECUTE format('ALTER ROLE slate_service PASSWORD %L',
        rtrim(pg_read_file('/run/secrets/postgres_service_password'), E'\n'));
    ALTER DATABASE slate CONNECTION LIMIT -1;
END $$;
SQL
}

[ -w "$volume" ] || fail "The account of this container may not write to the volume at $volume. \
If PostgreSQL 17 created it, docs/operating.md says how to move its data."

# The processes of this server hold the lock until the last one ends. PostgreSQL's own check compares process ids, which
# mean nothing between containers.
exec 9>"$volume/lock"
flock --nonblock 9 || fail "Another container runs PostgreSQL on this volume."
rm -f "$PGDATA/postmaster.pid"

[ -d "$PGDATA" ] || create_data
[ ! -s "$secrets/postgres_service_password" ] || prepare_database
exec postgres -c listen_addresses='*'
