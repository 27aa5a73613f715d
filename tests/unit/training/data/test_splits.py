"""Parts by name."""

from collections import Counter

from training.data.splits import split_by_name


def test_names_fall_into_the_parts_by_their_shares() -> None:
    parts = Counter(split_by_name(f"writer {number}", test=0.15, validation=0.1) for number in range(20_000))
    assert abs(parts["test"] / 20_000 - 0.15) < 0.01
    assert abs(parts["validation"] / 20_000 - 0.1) < 0.01


def test_a_name_keeps_its_part_from_one_version_of_the_code_to_the_next() -> None:
    names = ["ibm/ibm0/r0007", "ibm/ibm0/r0011", "ibm/ibm0/r0112", "art/art01trn"]
    parts = [split_by_name(name, test=0.15, validation=0.15) for name in names]
    assert parts == ["validation", "train", "test", "train"]
