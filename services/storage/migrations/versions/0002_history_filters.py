"""Indexes for three filters of the history that would otherwise read all rows: digit, label, and without a label.

The rows that fit such a filter may be rare or old among a million. `python -m benchmarks.history` measures the pages.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX predictions_digit ON predictions (digit, created_at DESC, id DESC)")
    op.execute("""
        CREATE INDEX predictions_label ON predictions (label, created_at DESC, id DESC) WHERE label IS NOT NULL
    """)
    op.execute("CREATE INDEX predictions_unlabelled ON predictions (created_at DESC, id DESC) WHERE label IS NULL")


def downgrade() -> None:
    for index in ("unlabelled", "label", "digit"):
        op.execute(f"DROP INDEX predictions_{index}")
