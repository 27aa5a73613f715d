"""What learning from labels needs: suspected labels, answers of versions in shadow, and an index of doubtful drawings.

Two empty tables and two partial indexes; nothing here stops the service.
"""

from alembic import op

from services.storage.migrations.online import create_indexes, drop_indexes, execute_quickly

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
oldest_code = "0005"  # older copies of the service know none of this and miss nothing

TABLES = """
-- Labels that are likely wrong, found by training/refine. `label` is the label at that time, and the suspicion is void
-- once the prediction has another one. `reviewed_at` says when a curator confirmed the label.
CREATE TABLE IF NOT EXISTS suspected_labels (
    prediction_id uuid PRIMARY KEY REFERENCES predictions ON DELETE CASCADE,
    label         smallint NOT NULL CHECK (label BETWEEN 0 AND 10),
    suggested     smallint NOT NULL CHECK (suggested BETWEEN 0 AND 10),
    probability   real NOT NULL CHECK (probability BETWEEN 0 AND 1),  -- of the label
    found_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    reviewed_at   timestamptz
);
-- What a version that runs in shadow answered for a stored prediction.
CREATE TABLE IF NOT EXISTS shadow_answers (
    prediction_id uuid NOT NULL REFERENCES predictions ON DELETE CASCADE,
    model_name    text NOT NULL,
    model_version text NOT NULL,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    digit         smallint NOT NULL CHECK (digit BETWEEN 0 AND 9),
    confidence    real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    digit_score   real NOT NULL CHECK (digit_score BETWEEN 0 AND 1),
    rejected      boolean NOT NULL,
    PRIMARY KEY (prediction_id, model_name, model_version)
);
CREATE INDEX IF NOT EXISTS shadow_answers_version ON shadow_answers (model_name, model_version, at);
CREATE INDEX IF NOT EXISTS suspected_labels_open ON suspected_labels (probability) WHERE reviewed_at IS NULL;
"""
INDEXES = {
    # drawings without a label whose answer is not sure, least sure first
    "predictions_doubtful": "predictions (confidence, id) WHERE label IS NULL AND confidence < 0.9",
    # labels that do not count, given by others than the owner or a curator
    "label_history_opinions": "label_history (id) WHERE NOT counts",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        execute_quickly(TABLES)
        create_indexes(INDEXES)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        drop_indexes(INDEXES)
        execute_quickly("DROP TABLE IF EXISTS suspected_labels, shadow_answers")
