"""The table of predictions.

Its indexes keep the pages of the history and the statistics fast when the history is long:
- `predictions_history` has the order of the pages. It includes all columns that the statistics read, so that the
  statistics never read the drawings.
- `predictions_labelled` and `predictions_wrong` are for pages of labelled and of wrong predictions, which are few.
- `predictions_model` and `predictions_source` are for pages of a rare model version or a rare source.
- `predictions_labelled_at` has the order of the labelled drawings that training reads.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE predictions (
            id            uuid PRIMARY KEY,
            created_at    timestamptz NOT NULL,
            digit         smallint NOT NULL CHECK (digit BETWEEN 0 AND 9),
            confidence    double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
            probabilities double precision[] NOT NULL CHECK (cardinality(probabilities) = 10),
            digit_score   double precision NOT NULL CHECK (digit_score BETWEEN 0 AND 1),
            model_name    text NOT NULL,
            model_version text NOT NULL,
            source        text NOT NULL CHECK (source IN ('canvas', 'upload', 'camera', 'api')),
            drawing       bytea NOT NULL,
            media_type    text NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/webp')),
            label         smallint CHECK (label BETWEEN 0 AND 9),
            labelled_at   timestamptz,
            CHECK ((label IS NULL) = (labelled_at IS NULL))
        )
    """)
    op.execute("ALTER TABLE predictions ALTER COLUMN drawing SET STORAGE EXTERNAL")  # pictures are already compressed
    op.execute("""
        CREATE INDEX predictions_history ON predictions (created_at DESC, id DESC)
        INCLUDE (digit, label, confidence, model_name, model_version)
    """)
    op.execute("""
        CREATE INDEX predictions_labelled ON predictions (created_at DESC, id DESC)
        INCLUDE (digit, label) WHERE label IS NOT NULL
    """)
    op.execute("CREATE INDEX predictions_wrong ON predictions (created_at DESC, id DESC) WHERE label <> digit")
    op.execute("""
        CREATE INDEX predictions_model ON predictions (model_name, model_version, created_at DESC, id DESC)
    """)
    op.execute("CREATE INDEX predictions_source ON predictions (source, created_at DESC, id DESC)")
    op.execute("CREATE INDEX predictions_labelled_at ON predictions (labelled_at, id) WHERE label IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP TABLE predictions")
