"""Damaged and hostile files are read, or refused with a reason. Any other error would be a server error."""

import itertools

from tests.fuzzing.recognition import list_mutations, read


def test_a_mutated_picture_is_read_or_refused_with_a_reason() -> None:
    readings = [read(data) for data in itertools.islice(list_mutations(seed=1), 600)]
    assert any(readings)
    assert not all(readings)
