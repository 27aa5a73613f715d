"""Who may do what: tokens, signing keys, the local curator, sign-in attempts, label history and audit.

Only empty tables are created. The one that refers to predictions locks that table for an instant.
"""

from alembic import op

from services.storage.migrations.online import execute_alone, execute_quickly

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
oldest_code = "0002"  # older copies of the service know none of these tables and miss none

TABLES = """
-- A name may have several valid secrets, so that a secret is replaced without downtime. `hash` is the SHA-256 of a
-- random secret of 256 bits.
CREATE TABLE IF NOT EXISTS tokens (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name       text NOT NULL,
    hash       bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    scopes     text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'label', 'curate', 'visitors']),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked_at timestamptz,
    last_used  date
);
-- Keys of HMAC-SHA256 for visitor and curator tokens. The newest signs, all that are not retired verify.
CREATE TABLE IF NOT EXISTS signing_keys (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    secret     bytea NOT NULL CHECK (octet_length(secret) = 32),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retired_at timestamptz
);
CREATE TABLE IF NOT EXISTS local_curator (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    password text NOT NULL,
    set_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS sign_in_attempts (
    id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    method  text NOT NULL,
    address text NOT NULL
);
CREATE TABLE IF NOT EXISTS audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    who     text NOT NULL,
    action  text NOT NULL,
    details jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS sign_in_attempts_at ON sign_in_attempts (at);
"""

LABEL_HISTORY = """
CREATE TABLE IF NOT EXISTS label_history (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    prediction_id uuid NOT NULL REFERENCES predictions ON DELETE CASCADE,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    by_owner      uuid,
    by_name       text NOT NULL,
    counts        boolean NOT NULL,
    before        smallint CHECK (before BETWEEN 0 AND 10),
    after         smallint CHECK (after BETWEEN 0 AND 10),
    origin        text NOT NULL CHECK (origin IN ('person', 'import'))
);
CREATE INDEX IF NOT EXISTS label_history_prediction ON label_history (prediction_id, id);
CREATE INDEX IF NOT EXISTS label_history_by_owner ON label_history (by_owner) WHERE by_owner IS NOT NULL;
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        execute_alone(TABLES)
        execute_quickly(LABEL_HISTORY)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        execute_quickly("DROP TABLE IF EXISTS label_history")
        execute_alone("DROP TABLE IF EXISTS audit, sign_in_attempts, local_curator, signing_keys, tokens")
