"""Changes of one prediction: combined, and written to a file and read again."""

import json
from dataclasses import replace
from functools import reduce
from uuid import uuid4

import pytest

from services.frontend.saving.change import Change, decode_change, encode_change
from tests.unit.frontend.conftest import a_prediction

FIRST, SECOND = uuid4(), uuid4()


@pytest.mark.parametrize(
    "change",
    [
        Change(prediction=a_prediction(drawing=bytes(range(256))), replaces=(FIRST, SECOND), key="secret"),
        Change(discarded=True),
        Change(relabelled=True, label=None),
        Change(relabelled=True, label=3),
        Change(relabelled=True, label="not_a_digit"),
        Change(relabelled=True, label=3, instead_of=0),
        Change(relabelled=True, label=3, key="a", others=(Change(discarded=True, key="b"), Change(relabelled=True))),
    ],
)
def test_a_change_is_the_same_after_it_was_written_and_read(change: Change) -> None:
    assert decode_change(encode_change(change)) == change


def test_a_change_that_an_earlier_version_wrote_is_read() -> None:
    written = b'{"replaces":["%s"],"relabelled":true,"label":3,"key":"bearer:a"}' % str(FIRST).encode()
    assert decode_change(written) == Change(replaces=(FIRST,), relabelled=True, label=3, key="bearer:a")


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"[]", b'{"label": "three"}', b'{"prediction": {}}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="Change"):
        decode_change(data)


def test_a_later_label_wins() -> None:
    three = Change(relabelled=True, label=3)
    assert three.then(Change(relabelled=True, label=None)) == Change(relabelled=True, label=None)


def test_a_deletion_removes_prediction_and_label_but_not_the_deletion_of_earlier_ones() -> None:
    waiting = Change(prediction=a_prediction(), replaces=(FIRST,), relabelled=True, label=3)
    assert waiting.then(Change(discarded=True)) == Change(discarded=True, replaces=(FIRST,))


def test_a_prediction_after_its_deletion_becomes_one_change() -> None:
    again = Change(prediction=a_prediction(), replaces=(SECOND,))
    combined = Change(discarded=True, replaces=(FIRST,)).then(again)
    assert combined == Change(discarded=True, prediction=again.prediction, replaces=(FIRST, SECOND))


def test_only_changes_of_the_same_person_become_one() -> None:
    changes = [Change(relabelled=True, label=digit, key=key) for key, digit in (("a", 1), ("b", 2), ("b", 3), ("a", 4))]
    first, second, third, fourth = changes
    assert reduce(Change.then, changes).in_turn == (first, third, fourth)
    assert first.then(second).then(third.then(fourth)).in_turn == (first, third, fourth)


def test_an_answer_and_taking_it_back_stay_two_changes() -> None:
    changes = [Change(relabelled=True, label=0), Change(relabelled=True, label=3, instead_of=0), Change(discarded=True)]
    assert reduce(Change.then, changes).in_turn == tuple(changes)


def test_of_a_prediction_that_waits_every_change_is_its_persons() -> None:
    waiting = Change(prediction=a_prediction(drawing=b"png"), key="a")
    assert waiting.then(Change(relabelled=True, label=3, key="b")) == replace(waiting, relabelled=True, label=3)
    labelled_before = Change(relabelled=True, label=3, key="b").then(waiting)
    assert [one.key for one in labelled_before.in_turn] == ["b", "a"]
    assert labelled_before.drawing_bytes == len(b"png")


def test_a_change_does_not_show_its_token() -> None:
    assert "secret" not in repr(Change(key="secret"))


def test_a_change_that_a_newer_frontend_left_is_read_without_what_is_new() -> None:
    change = Change(prediction=a_prediction(drawing=b"png"), relabelled=True, label=3)
    newer = json.loads(encode_change(change))
    newer["novelty"] = newer["prediction"]["novelty"] = "new"
    assert decode_change(json.dumps(newer).encode()) == change
