"""The list of versions is for a terminal, and a reason may hold any character."""

from pathlib import Path

from shared.recognition.promotion import promote
from tests.written_versions import write_copies
from training.promotion.listing import describe_models


def test_a_reason_neither_begins_a_line_nor_steers_the_terminal(tmp_path: Path) -> None:
    write_copies(tmp_path, "mlp", "1", "2")
    promote(tmp_path, "mlp", "2", who="A\x1b[1mda", why="better\n    2026-11-29 forged\u2028\x1b[2J ä 数")
    last = list(describe_models(tmp_path))[-1]
    assert last.isprintable()
    assert last.endswith("promoted 2 by A [1mda: better     2026-11-29 forged  [2J ä 数")
