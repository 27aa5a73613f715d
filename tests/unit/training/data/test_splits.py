"""Tests of splitting by name."""

from collections import Counter

from training.data.splits import split_by_name


def test_each_split_gets_its_share_of_the_names() -> None:
    counts = Counter(split_by_name(f"writer {number}", test=0.15, validation=0.1) for number in range(20_000))
    assert abs(counts["test"] / 20_000 - 0.15) < 0.01
    assert abs(counts["validation"] / 20_000 - 0.1) < 0.01


def test_a_name_stays_in_its_split_when_the_code_changes() -> None:
    names = ["ibm/ibm0/r0007", "ibm/ibm0/r0011", "ibm/ibm0/r0112", "art/art01trn"]
    splits = [split_by_name(name, test=0.15, validation=0.15) for name in names]
    assert splits == ["validation", "train", "test", "train"]
