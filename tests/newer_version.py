"""A newer version of Slate to run beside this one: a copy of it that has learned something.

It has one more migration, one more field in the answers and in what a tab keeps, and other words on the Draw page. It
sends no new field to a service: that must wait until every copy of the service knows the field.
"""

import ast
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
INVITATION = "Draw something"
CHANGED_CLASSES = {
    "shared/contracts/inference.py": ("Prediction", "BatchPredictions", "VersionDescription", "ModelList"),
    "shared/contracts/page.py": ("PageDigit", "PageReading"),
    "shared/contracts/problem.py": ("Problem",),
    "shared/contracts/access.py": ("VisitorToken", "Me"),
    "shared/contracts/storage.py": ("StoredPrediction", "PredictionPage", "Statistics", "LabelledDrawing"),
    "services/frontend/session/kept_drawing.py": ("KeptDrawing",),
}
NEW_FIELD = '    novelty: str = ""\n'
NEW_MIGRATION = """
from alembic import op

revision = "9999"
down_revision = "{head}"
{promise}


def upgrade() -> None:
    op.execute("ALTER TABLE predictions ADD COLUMN novelty text")


def downgrade() -> None:
    op.execute("ALTER TABLE predictions DROP COLUMN novelty")
"""


def write_newer_version(folder: Path, head: str, promise: str) -> None:
    """Write the code into the folder, from which its programs are started.

    `head` is the newest migration of this version. `promise` is a line of the new one that names the oldest code that
    works with it, or empty.
    """
    for name in ("services", "shared"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path, names in CHANGED_CLASSES.items():
        _add_field(folder / path, names)
    page = folder / "services/frontend/views/draw/page.py"
    words = page.read_text()
    assert words.count("INVITATION = ") == 1
    page.write_text(words.replace("INVITATION = ", f"INVITATION = {INVITATION!r} or ", 1))
    migration = folder / "services/storage/migrations/versions/9999_newer.py"
    migration.write_text(NEW_MIGRATION.format(head=head, promise=promise))


def _add_field(path: Path, names: tuple[str, ...]) -> None:
    """Add the field at the end of these classes of a module."""
    lines = path.read_text().splitlines(keepends=True)
    classes = [one for one in ast.parse("".join(lines)).body if isinstance(one, ast.ClassDef) and one.name in names]
    assert {one.name for one in classes} == set(names), path
    for one in sorted(classes, key=lambda one: -one.lineno):
        last = max(field.end_lineno or 0 for field in one.body if isinstance(field, ast.AnnAssign))
        lines.insert(last, NEW_FIELD)
    path.write_text("".join(lines))
