"""Who said what a drawing is: everything is kept, and the newest by the owner or a curator counts."""

import pytest


@pytest.fixture
async def installation(install):
    return await install(visitors_see="history")


async def store(caller, make) -> str:
    path = f"/v1/predictions/{make.id()}"
    assert (await caller.put(path, json=make.body())).status_code == 201
    return path


async def say(caller, path: str, digit: int | str) -> int | str | None:
    label: int | str | None = (await caller.put(f"{path}/label", json={"digit": digit})).json()["label"]
    return label


async def history(caller, path: str) -> list[tuple[object, ...]]:
    changes = (await caller.get(f"{path}/label-history")).json()["changes"]
    return [tuple(change[name] for name in ("by", "counts", "before", "after")) for change in changes]


async def test_every_change_says_who_and_from_what_to_what(installation, make):
    visitor, curator = await installation.visitor(), await installation.curator("ada")
    path = await store(visitor, make)
    assert [await say(visitor, path, 3), await say(curator, path, "not_a_digit")] == [3, "not_a_digit"]
    await visitor.delete(f"{path}/label")
    assert await history(visitor, path) == [
        ("you", True, None, 3),
        ("curator ada", True, 3, "not_a_digit"),
        ("you", True, "not_a_digit", None),
    ]


async def test_what_another_visitor_says_is_kept_but_does_not_count(installation, make):
    owner, other, third = [await installation.visitor() for _ in range(3)]
    path = await store(owner, make)
    assert await say(other, path, 1) is None
    assert await say(owner, path, 7) == 7
    assert await say(other, path, 2) == 7
    assert await history(third, path) == [
        ("another visitor", False, None, 1),
        ("another visitor", True, None, 7),
        ("another visitor", False, 1, 2),
    ]
    assert (await owner.get(path)).json()["label"] == 7


async def test_only_a_label_that_counts_is_in_the_metrics(installation, make):
    owner, other = [await installation.visitor() for _ in range(2)]
    path = await store(owner, make)
    for caller, digit in ((other, 1), (owner, 7), (other, 2)):
        await say(caller, path, digit)
    lines = (await owner.get("/metrics")).text.splitlines()
    counts = [(line.split('"')[1], line.split()[-1]) for line in lines if line.startswith("slate_labels_total")]
    assert len(counts) == 2 * 11  # from 0, so that an alert sees the first labels after a start
    assert [count for count in counts if count[1] != "0.0"] == [("7", "1.0")]


async def test_the_newest_of_owner_and_curator_counts(installation, make):
    owner, curator = await installation.visitor(), await installation.curator()
    path = await store(owner, make)
    assert [await say(owner, path, 1), await say(curator, path, 2), await say(owner, path, 3)] == [1, 2, 3]


async def test_the_same_label_again_is_a_retry_and_leaves_no_trace(installation, make):
    owner, other = await installation.visitor(), await installation.visitor()
    path = await store(owner, make)
    for person, digit in ((owner, 3), (owner, 3), (other, 4), (other, 4)):
        await say(person, path, digit)
    assert await history(owner, path) == [("you", True, None, 3), ("another visitor", False, None, 4)]


async def test_the_same_label_again_is_in_the_history_once_if_somebody_disagreed(installation, make):
    owner, other = await installation.visitor(), await installation.visitor()
    path = await store(owner, make)
    for person, digit in ((owner, 3), (other, 4), (owner, 3), (owner, 3)):
        await say(person, path, digit)
    assert await history(owner, path) == [
        ("you", True, None, 3),
        ("another visitor", False, None, 4),
        ("you", True, 3, 3),
    ]


async def test_a_curator_who_agrees_is_in_the_history(installation, make):
    owner, curator = await installation.visitor(), await installation.curator("ada")
    path = await store(owner, make)
    await say(owner, path, 3)
    labelled_at = (await owner.get(path)).json()["labelled_at"]
    await say(curator, path, 3)
    assert await history(owner, path) == [("you", True, None, 3), ("curator ada", True, 3, 3)]
    assert (await owner.get(path)).json()["labelled_at"] == labelled_at


async def test_the_history_of_labels_never_holds_the_id_of_a_visitor(installation, make):
    owner, other = await installation.visitor(), await installation.visitor()
    path = await store(owner, make)
    await say(owner, path, 3)
    await say(other, path, 4)
    visitors = [entry["who"].removeprefix("visitor ") for entry in (await _audit(installation))]
    text = (await (await installation.curator()).get(f"{path}/label-history")).text
    assert [one for one in visitors if one in text] == []


async def _audit(installation) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = (await (await installation.curator()).get("/v1/audit")).json()["entries"]
    return entries
