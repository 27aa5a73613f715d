"""Counts beside the rows, indexes for every combination of filters, the owner of a prediction, labels "not a digit".

Triggers write what a statement changes into `count_changes`, so that every writer keeps the counts right, also an old
copy of the service and `COPY`. The service moves the changes into `counts`, and whoever reads counts adds both tables.
A row of `counts` belongs to a level, which says what is counted apart: GROUPING(day, model, source, digit, bin) of the
query that makes it. Each level is a partition, so that a small one is read fast.

An index of several columns serves every choice of its columns: a query names all values of the others. Nothing here
keeps others from writing. `outcome` is 0 without a label, 1 for right, 2 for wrong.
"""

from alembic import op

from services.storage.migrations.online import create_indexes, drop_indexes, execute_alone, execute_quickly

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
oldest_code = "0002"  # copies of the service with this revision still work

FOLD_LOCK = 0x51A7F  # whoever moves or replaces counts holds this advisory lock

OUTCOME = "(CASE WHEN label IS NULL THEN 0 WHEN label = digit OR (label = 10 AND rejected) THEN 1 ELSE 2 END)"

INDEXES = {
    "predictions_time": "predictions (created_at, id)",
    "predictions_outcome_digit": f"""
        predictions ({OUTCOME}, digit, source, created_at, id) INCLUDE (label, rejected)""",
    "predictions_outcome_model": f"""
        predictions ({OUTCOME}, source, model_name, model_version, created_at, id) INCLUDE (digit, label, rejected)""",
    "predictions_outcome_digit_model": f"""
        predictions ({OUTCOME}, digit, source, model_name, model_version, created_at, id) INCLUDE (label, rejected)""",
    "predictions_label_digit": f"""
        predictions (label, {OUTCOME}, digit, source, created_at, id) INCLUDE (rejected) WHERE label IS NOT NULL""",
    "predictions_label_model": f"""
        predictions (label, {OUTCOME}, digit, source, model_name, model_version, created_at, id) INCLUDE (rejected)
        WHERE label IS NOT NULL""",
    "predictions_owner": """
        predictions (owner, created_at, id)
        INCLUDE (digit, label, rejected, confidence, model_name, model_version, source) WHERE owner IS NOT NULL""",
}

REPLACED = {
    "predictions_history": """
        predictions (created_at DESC, id DESC) INCLUDE (digit, label, confidence, model_name, model_version)""",
    "predictions_labelled": """
        predictions (created_at DESC, id DESC) INCLUDE (digit, label) WHERE label IS NOT NULL""",
    "predictions_wrong": "predictions (created_at DESC, id DESC) WHERE label <> digit",
    "predictions_model": "predictions (model_name, model_version, created_at DESC, id DESC)",
    "predictions_source": "predictions (source, created_at DESC, id DESC)",
    "predictions_digit": "predictions (digit, created_at DESC, id DESC)",
    "predictions_label": "predictions (label, created_at DESC, id DESC) WHERE label IS NOT NULL",
    "predictions_unlabelled": "predictions (created_at DESC, id DESC) WHERE label IS NULL",
}

COLUMNS = """
ALTER TABLE predictions
    ADD COLUMN IF NOT EXISTS rejected boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS owner uuid;
"""
LABELS = """
ALTER TABLE predictions
    DROP CONSTRAINT IF EXISTS predictions_label_check,
    ADD CONSTRAINT predictions_label_check CHECK (label BETWEEN 0 AND {largest}) NOT VALID;
"""
VALIDATE = "ALTER TABLE predictions VALIDATE CONSTRAINT predictions_label_check"

TABLES = """
CREATE TABLE IF NOT EXISTS count_changes (
    day date NOT NULL, model_name text NOT NULL, model_version text NOT NULL, source text NOT NULL,
    digit smallint NOT NULL, label smallint, rejected boolean NOT NULL, bin smallint NOT NULL,
    predictions bigint NOT NULL, confidence bigint NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_insert_threshold = -1);
COMMENT ON TABLE count_changes IS 'what statements changed and `counts` does not have yet; confidence in 1e-9';
CREATE TABLE IF NOT EXISTS counts (
    level smallint NOT NULL, day date, model_name text, model_version text, source text,
    digit smallint, label smallint, rejected boolean, outcome smallint NOT NULL, bin smallint,
    predictions bigint NOT NULL, confidence bigint NOT NULL,
    CONSTRAINT counts_key UNIQUE NULLS NOT DISTINCT
        (level, day, model_name, model_version, source, digit, label, rejected, outcome, bin)
) PARTITION BY LIST (level);
COMMENT ON TABLE counts IS 'predictions, and the sum of their confidences in 1e-9, by the columns of the level';
"""

# Level → what it counts apart, beside the outcome. Digit, label and rejected always go together.
LEVELS = {
    29: "digit",
    22: "model_bin",
    7: "day_model",
    11: "day_source",
    14: "day_bin",
    13: "day_digit",
    16: "all_but_day",
    0: "all",
}
PARTITION = """
CREATE TABLE IF NOT EXISTS counts_{name} PARTITION OF counts FOR VALUES IN ({level})
WITH (fillfactor = 70, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.02);
"""

DIMENSIONS = "day, model_name, model_version, source, digit, label, rejected, bin"
FACTS = """
SELECT (created_at AT TIME ZONE 'UTC')::date AS day, model_name, model_version, source, digit, label, rejected,
       width_bucket(confidence, '{{0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9}}'::double precision[]) AS bin,
       {sign} AS predictions, {sign} * round(confidence * 1e9)::bigint AS confidence
FROM {rows}
"""
NOTE = f"""
INSERT INTO count_changes SELECT {DIMENSIONS}, sum(predictions), sum(confidence) FROM ({{facts}}) AS facts
GROUP BY {DIMENSIONS} HAVING sum(predictions) <> 0 OR sum(confidence) <> 0;
"""  # noqa: S608  constants only
ADDED, REMOVED = FACTS.format(sign=1, rows="added"), FACTS.format(sign=-1, rows="removed")

TRIGGERS = f"""
CREATE OR REPLACE FUNCTION note_count_changes() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        {NOTE.format(facts=ADDED)}
    ELSIF TG_OP = 'DELETE' THEN
        {NOTE.format(facts=REMOVED)}
    ELSIF TG_OP = 'UPDATE' THEN
        {NOTE.format(facts=f"{ADDED} UNION ALL {REMOVED}")}
    ELSE
        PERFORM pg_advisory_xact_lock({FOLD_LOCK});
        DELETE FROM counts;
        DELETE FROM count_changes;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER count_insert AFTER INSERT ON predictions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_count_changes();
CREATE OR REPLACE TRIGGER count_update AFTER UPDATE ON predictions
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_count_changes();
CREATE OR REPLACE TRIGGER count_delete AFTER DELETE ON predictions
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION note_count_changes();
CREATE OR REPLACE TRIGGER count_truncate AFTER TRUNCATE ON predictions
    FOR EACH STATEMENT EXECUTE FUNCTION note_count_changes();
"""  # noqa: S608  constants only

# The last statement has one snapshot: the changes that it removes are exactly those of the rows that it counts.
FILL = f"""
SET LOCAL work_mem = '256MB';
LOCK TABLE predictions IN ACCESS SHARE MODE;
SELECT pg_advisory_xact_lock({FOLD_LOCK});
DELETE FROM counts;
WITH covered AS (DELETE FROM count_changes), facts AS (
    SELECT {DIMENSIONS}, {OUTCOME} AS outcome, sum(predictions) AS predictions, sum(confidence) AS confidence
    FROM ({FACTS.format(sign=1, rows="predictions")}) AS facts GROUP BY {DIMENSIONS}
)
INSERT INTO counts SELECT GROUPING(day, model_name, source, digit, bin), day, model_name, model_version, source,
    digit, label, rejected, outcome, bin, sum(predictions), sum(confidence)
FROM facts GROUP BY GROUPING SETS (
    (digit, label, rejected, outcome), (model_name, model_version, bin, outcome),
    (day, model_name, model_version, outcome), (day, source, outcome), (day, bin, outcome),
    (day, digit, label, rejected, outcome), (model_name, model_version, source, digit, label, rejected, bin, outcome),
    (day, model_name, model_version, source, digit, label, rejected, bin, outcome)
)
"""  # noqa: S608  constants only


def upgrade() -> None:
    with op.get_context().autocommit_block():
        execute_quickly(COLUMNS + LABELS.format(largest=10))
        execute_alone(VALIDATE)
        execute_alone(TABLES + "".join(PARTITION.format(name=name, level=level) for level, name in LEVELS.items()))
        execute_quickly(TRIGGERS)
        execute_alone(FILL)
        create_indexes(INDEXES)
        drop_indexes(REPLACED)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        create_indexes(REPLACED)
        drop_indexes(INDEXES)
        execute_alone("UPDATE predictions SET label = NULL, labelled_at = NULL WHERE label = 10")
        execute_quickly(
            "DROP FUNCTION IF EXISTS note_count_changes() CASCADE; DROP TABLE IF EXISTS counts, count_changes;"
            + LABELS.format(largest=9)
            + "ALTER TABLE predictions DROP COLUMN IF EXISTS rejected, DROP COLUMN IF EXISTS owner"
        )
        execute_alone(VALIDATE)
