"""What the role of the service may do in the database: work with rows, but change no table and forge no audit.

The role `slate_service` is optional. Without it, one role does everything, as in installations from before it existed.
"""

import asyncpg

GRANT = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'slate_service') OR current_user = 'slate_service' THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(x'51A7E517'::bigint);  -- PostgreSQL refuses two grants on one table at once
    GRANT USAGE ON SCHEMA public TO slate_service;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO slate_service;
    REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM slate_service;
    IF to_regclass('public.audit') IS NOT NULL THEN
        REVOKE UPDATE, DELETE ON audit FROM slate_service;
        REVOKE UPDATE ON label_history FROM slate_service;
    END IF;
END $$
"""


async def grant_service_rights(database_url: str) -> None:
    """Give the role `slate_service`, if there is one, its rights on every table of the schema."""
    connection = await asyncpg.connect(database_url, statement_cache_size=0)
    try:
        await connection.execute(GRANT)
    finally:
        await connection.close()
