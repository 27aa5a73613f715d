"""Indexes for the filters of the history that the first ones leave to a walk through all of it.

What was read, what was meant, and what still has no label: each may be rare, or long ago, among a million rows
(`python -m benchmarks.history` measures).
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
