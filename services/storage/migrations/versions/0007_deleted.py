"""The ids of predictions that were deleted lately, so that a request that arrives late cannot store one of them again.

Whoever stores calls `refuse_deleted` after the row is inserted, at the end of the same statement. A function sees what
was committed before each of its own queries, not only before the statement that calls it:
- Another transaction deletes the row of this id and remembers the id. The insertion waits for it, because an id is
  unique, and the function then sees the id.
- Another transaction remembers an id without a row, because the row is not committed yet. The lock lets it wait for
  that commit (queries/predictions.py) and delete the row.

One empty table and one function; nothing here stops the service.
"""

from alembic import op

from services.storage.migrations.online import execute_alone

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
oldest_code = "0005"  # older copies of the service neither remember nor refuse, as before

STORING_LOCK = 0x51A7  # the first number of an advisory lock, whose second one stands for an id

TABLE = """
CREATE TABLE IF NOT EXISTS deleted_predictions (
    id         uuid PRIMARY KEY,
    deleted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS deleted_predictions_at ON deleted_predictions (deleted_at);
"""
FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_deleted(stored uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({STORING_LOCK}, uuid_hash(stored));
    IF EXISTS (SELECT FROM deleted_predictions WHERE id = stored) THEN
        RAISE unique_violation USING MESSAGE = 'the prediction was deleted';
    END IF;
    RETURN true;
END $$
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        execute_alone(f"{TABLE} {FUNCTION}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        execute_alone("DROP FUNCTION IF EXISTS refuse_deleted; DROP TABLE IF EXISTS deleted_predictions")
