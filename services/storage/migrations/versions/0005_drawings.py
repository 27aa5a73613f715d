"""Drawings by content: the same picture is stored once, under its SHA-256, however many predictions have it.

Nothing here stops the service or grows with the history, except two indexes that are built beside it. Predictions from
before keep their drawings in their own rows until the service moves them, a few at a time (storage/drawing_mover.py);
every reader takes either. The last prediction of a drawing that is deleted takes the drawing with it:
- A trigger deletes the drawings that no prediction has any more.
- A prediction of the same drawing may be stored at that moment. The foreign key then refuses one of the two
  transactions: the trigger looks again, and whoever stores sends the statement again.
"""

from alembic import op
from sqlalchemy import text

from services.storage.migrations.online import create_indexes, execute_alone, execute_quickly

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE IF NOT EXISTS drawings (
    sha256  bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
    content bytea STORAGE EXTERNAL NOT NULL  -- pictures are already compressed
)
"""
COLUMNS = """
ALTER TABLE predictions
    ALTER COLUMN drawing DROP NOT NULL,
    ADD COLUMN IF NOT EXISTS drawing_sha256 bytea CONSTRAINT predictions_drawing_fkey REFERENCES drawings,
    DROP CONSTRAINT IF EXISTS predictions_one_drawing
"""
ONE_DRAWING = """
ALTER TABLE predictions
    ADD CONSTRAINT predictions_one_drawing CHECK (num_nonnulls(drawing, drawing_sha256) = 1) NOT VALID
"""
FUNCTION = """
CREATE OR REPLACE FUNCTION delete_unused_drawings() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    LOOP
        BEGIN
            DELETE FROM drawings
            WHERE sha256 IN (SELECT drawing_sha256 FROM gone)
              AND NOT EXISTS (SELECT FROM predictions WHERE drawing_sha256 = drawings.sha256);
            RETURN NULL;
        EXCEPTION WHEN foreign_key_violation THEN
            NULL;  -- a prediction of one of them was stored meanwhile
        END;
    END LOOP;
END $$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER predictions_delete_unused_drawings AFTER DELETE ON predictions
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION delete_unused_drawings()
"""
INDEXES = {
    "predictions_drawing": "predictions (drawing_sha256) WHERE drawing_sha256 IS NOT NULL",
    "predictions_unmoved": "predictions (created_at, id) WHERE drawing IS NOT NULL",
}

MOVE_BACK = """
WITH part AS (
    SELECT id, content FROM predictions JOIN drawings ON sha256 = drawing_sha256
    WHERE drawing_sha256 IS NOT NULL LIMIT 500 FOR UPDATE OF predictions SKIP LOCKED
)
UPDATE predictions SET drawing = content, drawing_sha256 = NULL FROM part WHERE predictions.id = part.id
"""
MOVE_BACK_THE_REST = """
UPDATE predictions SET drawing = content, drawing_sha256 = NULL FROM drawings WHERE sha256 = drawing_sha256
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        execute_quickly(f"{TABLE}; {COLUMNS}; {ONE_DRAWING}")
        create_indexes(INDEXES)
        execute_alone("ALTER TABLE predictions VALIDATE CONSTRAINT predictions_one_drawing")
        execute_quickly(f"{FUNCTION}; {TRIGGER}")


def downgrade() -> None:
    """Move the drawings back in parts, and the rest of them while nobody writes."""
    with op.get_context().autocommit_block():
        while op.get_bind().execute(text(MOVE_BACK)).rowcount:
            pass
    op.execute("LOCK TABLE predictions IN ACCESS EXCLUSIVE MODE")
    op.execute(MOVE_BACK_THE_REST)
    op.execute("DROP TRIGGER predictions_delete_unused_drawings ON predictions")
    op.execute("DROP FUNCTION delete_unused_drawings")
    op.execute("DROP INDEX predictions_unmoved")
    op.execute("ALTER TABLE predictions DROP COLUMN drawing_sha256")  # with its index and constraints
    op.execute("ALTER TABLE predictions ALTER COLUMN drawing SET NOT NULL")
    op.execute("DROP TABLE drawings")
