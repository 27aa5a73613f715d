"""Tests of the limit on what one owner gives."""

import numpy as np
import pytest

from tests.unit.training.refine.people import make_drawings
from training.data.people_drawings import PeopleDrawings
from training.refine.capping import cap_owners, find_limit


def drawn_by(*counts: tuple[str, int], reviewed: int = 0) -> PeopleDrawings:
    owners = [owner for owner, count in counts for _ in range(count)]
    confirmed = np.arange(len(owners)) < reviewed
    return make_drawings(
        np.zeros((len(owners), 28, 28), np.uint8), np.arange(len(owners)) % 10, owners, None, confirmed
    )


def count_used(drawings: PeopleDrawings, few: int = 50) -> dict[str, int]:
    rows = cap_owners(drawings, np.arange(len(drawings)), most_share=0.2, few=few)
    owners, counts = np.unique(drawings.owners[rows], return_counts=True)
    return dict(zip(owners.tolist(), counts.tolist(), strict=True))


def test_nobody_gives_more_than_the_share_of_what_is_used():
    used = count_used(drawn_by(("a", 5000), ("b", 2000), *((f"o{number}", 100) for number in range(20))))
    assert used["a"] == used["b"] <= 0.2 * sum(used.values())
    assert used["a"] >= 0.19 * sum(used.values())
    assert used["o7"] == 100


def test_one_owner_alone_gives_some():
    assert count_used(drawn_by(("a", 5000))) == {"a": 50}
    assert count_used(drawn_by(("a", 30))) == {"a": 30}


def test_the_installation_is_not_limited():
    assert count_used(drawn_by(("", 1000), ("a", 500))) == {"": 1000, "a": 250}


def test_reviewed_labels_are_used_beyond_the_limit_and_count():
    drawings = drawn_by(("a", 200), reviewed=70)
    rows = cap_owners(drawings, np.arange(200), most_share=0.2, few=50)
    assert rows.tolist() == list(range(70))
    fewer = drawn_by(("a", 200), reviewed=20)
    rows = cap_owners(fewer, np.arange(200), most_share=0.2, few=50)
    assert len(rows) == 50
    assert set(range(20)) <= set(rows.tolist())


def test_what_is_used_of_an_owner_does_not_depend_on_what_others_send():
    alone = drawn_by(("a", 200))
    beside = drawn_by(("a", 200), ("b", 10))
    rows = [cap_owners(one, np.arange(len(one)), most_share=0.2, few=50) for one in (alone, beside)]
    assert rows[0].tolist() == [row for row in rows[1].tolist() if row < 200]
    assert len(set((rows[0] // 50).tolist())) == 4  # from all times


def test_nothing_is_capped_to_nothing():
    assert cap_owners(drawn_by(), np.zeros(0, np.int64), 0.2, 50).tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_the_limit_is_the_largest_that_keeps_the_share(seed):
    chance = np.random.default_rng(seed)
    counts, others = chance.integers(1, 3000, 30), int(chance.integers(0, 5000))
    limit = find_limit(counts, others, 0.2, 10)

    def allowed(limit: int) -> bool:
        return limit <= int(0.2 * (others + counts.clip(max=limit).sum()))

    assert allowed(limit) or limit == 10
    assert not any(allowed(more) for more in range(limit + 1, int(counts.max()) + 1))
