"""The table of a refinement."""

import numpy as np

from training.evaluation.paired import Comparison
from training.refine.report import make_table


def test_a_slice_is_a_row_with_its_change_in_words() -> None:
    before = np.array([True] * 960 + [False] * 40)
    table = make_table(
        [Comparison("mnist", before, np.ones(1000, bool)), Comparison("uploads", before[:100], before[:100])]
    )
    heading, mnist, uploads = table.splitlines()
    assert heading.split() == ["slice", "examples", "before", "after", "difference", "95", "%", "interval"]
    assert mnist.split()[:7] == ["mnist", "1,000", "96.00", "%", "100.00", "%", "+4.00"]
    assert mnist.endswith("better")
    assert uploads.endswith("within noise")
    assert heading.index("examples") + len("examples") == mnist.index("1,000") + len("1,000")
