"""Who may do what: tokens, signing keys, the local curator, sign-in attempts, label history and audit.

Only small tables are created, so this migration takes no lock that a running service would notice.
"""

from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("audit", "label_history", "sign_in_attempts", "local_curator", "signing_keys", "tokens")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE predictions ADD COLUMN owner uuid, ADD COLUMN rejected boolean NOT NULL DEFAULT false"
    )  # TEMPORARY
    # A name may have several valid secrets, so that a secret is replaced without downtime. `hash` is the SHA-256 of
    # a random secret of 256 bits.
    op.execute("""
        CREATE TABLE tokens (
            id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            name       text NOT NULL,
            hash       bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
            scopes     text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'label', 'curate', 'visitors']),
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            revoked_at timestamptz,
            last_used  date
        )
    """)
    # Keys of HMAC-SHA256 for visitor and curator tokens. The newest signs, all that are not retired verify.
    op.execute("""
        CREATE TABLE signing_keys (
            id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            secret     bytea NOT NULL CHECK (octet_length(secret) = 32),
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            retired_at timestamptz
        )
    """)
    op.execute("""
        CREATE TABLE local_curator (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            password text NOT NULL,
            set_at   timestamptz NOT NULL DEFAULT clock_timestamp()
        )
    """)
    op.execute("""
        CREATE TABLE sign_in_attempts (
            id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            at      timestamptz NOT NULL DEFAULT clock_timestamp(),
            method  text NOT NULL,
            address text NOT NULL
        )
    """)
    op.execute("CREATE INDEX sign_in_attempts_at ON sign_in_attempts (at)")
    op.execute("""
        CREATE TABLE label_history (
            id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            prediction_id uuid NOT NULL REFERENCES predictions ON DELETE CASCADE,
            at            timestamptz NOT NULL DEFAULT clock_timestamp(),
            by_owner      uuid,
            by_name       text NOT NULL,
            counts        boolean NOT NULL,
            before        smallint CHECK (before BETWEEN 0 AND 10),
            after         smallint CHECK (after BETWEEN 0 AND 10),
            origin        text NOT NULL CHECK (origin IN ('person', 'import'))
        )
    """)
    op.execute("CREATE INDEX label_history_prediction ON label_history (prediction_id, id)")
    op.execute("CREATE INDEX label_history_by_owner ON label_history (by_owner) WHERE by_owner IS NOT NULL")
    op.execute("""
        CREATE TABLE audit (
            id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at      timestamptz NOT NULL DEFAULT clock_timestamp(),
            who     text NOT NULL,
            action  text NOT NULL,
            details jsonb NOT NULL
        )
    """)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
