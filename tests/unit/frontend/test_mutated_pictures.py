"""Damaged and hostile files are shown on the page, or refused with a sentence. Any other error would break the page."""

import itertools

import pytest

from tests.fuzzing.page import prepare
from tests.fuzzing.recognition import list_mutations
from tests.fuzzing.seeds import make_converted


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of damaged EXIF data
def test_a_mutated_picture_is_shown_or_refused_with_a_sentence() -> None:
    shown = [prepare(data) for data in itertools.islice(list_mutations(2, make_converted()), 300)]
    assert any(shown)
    assert not all(shown)
