"""The outbox: a change counts as saved only when storage has it, and nothing is lost while storage is away."""

import threading
import time
from contextvars import copy_context
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.frontend.caller_keys import OWN, make_curator_key
from services.frontend.saving.outbox import MAX_BYTES, Delivery, Outbox, OutboxFullError
from services.frontend.saving.personal_outbox import PersonalOutbox
from shared.web.request_id import begin_request, find_request_id
from tests.unit.frontend.conftest import FakeStorage, a_prediction

LONG_S = 10.0


def test_a_saved_prediction_is_in_storage(outbox: Outbox, storage: FakeStorage) -> None:
    prediction_id = uuid4()
    outbox.save(prediction_id, a_prediction())
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert prediction_id in storage.predictions
    assert outbox.unsaved == 0


def test_nothing_counts_as_saved_while_storage_is_away(outbox: Outbox, storage: FakeStorage) -> None:
    storage.available.clear()
    prediction_id = uuid4()
    outbox.save(prediction_id, a_prediction())
    assert outbox.wait(prediction_id, 0.05) is Delivery.WAITING
    assert outbox.unsaved == 1


def test_waiting_changes_are_sent_when_storage_is_back(outbox: Outbox, storage: FakeStorage) -> None:
    storage.available.clear()
    ids = [uuid4() for _ in range(5)]
    for prediction_id in ids:
        outbox.save(prediction_id, a_prediction())
    outbox.label(ids[2], 4)
    storage.available.set()
    assert all(outbox.wait(prediction_id, LONG_S) is Delivery.SAVED for prediction_id in ids)
    assert set(storage.predictions) == set(ids)
    assert storage.labels == {ids[2]: 4}


def test_a_removed_label_is_not_stored(outbox: Outbox, storage: FakeStorage) -> None:
    prediction_id = uuid4()
    outbox.save(prediction_id, a_prediction())
    outbox.label(prediction_id, 4)
    outbox.label(prediction_id, None)
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert storage.labels == {}


def test_the_next_prediction_of_a_drawing_replaces_the_previous_one(outbox: Outbox, storage: FakeStorage) -> None:
    before, after = uuid4(), uuid4()
    outbox.save(before, a_prediction(1))
    outbox.save(after, a_prediction(7), replaces=before)
    assert outbox.wait(after, LONG_S) is Delivery.SAVED
    assert set(storage.predictions) == {after}


def test_a_refused_replacement_keeps_the_previous_prediction(outbox: Outbox, storage: FakeStorage) -> None:
    before, after = uuid4(), uuid4()
    storage.refused.add(after)
    outbox.save(before, a_prediction(1))
    assert outbox.wait(before, LONG_S) is Delivery.SAVED
    outbox.save(after, a_prediction(7), replaces=before)
    assert outbox.wait(after, LONG_S) is Delivery.REFUSED
    assert set(storage.predictions) == {before}


def test_a_refused_prediction_does_not_block_others(outbox: Outbox, storage: FakeStorage) -> None:
    refused, accepted = uuid4(), uuid4()
    storage.refused.add(refused)
    outbox.save(refused, a_prediction())
    outbox.save(accepted, a_prediction())
    assert outbox.wait(accepted, LONG_S) is Delivery.SAVED
    assert outbox.wait(refused, LONG_S) is Delivery.REFUSED
    assert outbox.unsaved == 0


def test_only_the_newest_refusals_are_remembered(
    outbox: Outbox, storage: FakeStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.frontend.saving.outbox.MAX_REFUSED", 2)
    ids = [uuid4() for _ in range(3)]
    storage.refused.update(ids)
    for prediction_id in ids:
        outbox.save(prediction_id, a_prediction())
        assert outbox.wait(prediction_id, LONG_S) is Delivery.REFUSED
    assert (list(outbox._refused), outbox.state.refused) == (ids[1:], 3)


def test_a_full_outbox_refuses_more(outbox: Outbox, storage: FakeStorage) -> None:
    storage.available.clear()
    for _ in range(10):
        outbox.save(uuid4(), a_prediction())
    with pytest.raises(OutboxFullError):
        outbox.save(uuid4(), a_prediction())


def test_a_drawing_of_several_strokes_becomes_one_row_even_if_storage_was_away(
    outbox: Outbox, storage: FakeStorage
) -> None:
    strokes = [uuid4() for _ in range(6)]
    outbox.save(strokes[0], a_prediction(1))
    assert outbox.wait(strokes[0], LONG_S) is Delivery.SAVED
    storage.available.clear()
    for before, after in pairwise(strokes):
        outbox.save(after, a_prediction(7), replaces=before)
        assert outbox.wait(after, 0.03) is Delivery.WAITING  # long enough for a few failed requests
    storage.available.set()
    assert outbox.wait(strokes[-1], LONG_S) is Delivery.SAVED
    assert outbox.unsaved == 0
    assert set(storage.predictions) == {strokes[-1]}


def test_a_refused_change_does_not_block_the_next_one(outbox: Outbox, storage: FakeStorage) -> None:
    prediction_id = uuid4()
    storage.refused.add(prediction_id)
    outbox.label(prediction_id, 3)
    assert outbox.wait(prediction_id, LONG_S) is Delivery.REFUSED
    storage.refused.clear()
    outbox.label(prediction_id, 4)
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert storage.labels == {prediction_id: 4}


def test_a_full_outbox_still_accepts_the_next_stroke_of_a_waiting_drawing(outbox: Outbox, storage: FakeStorage) -> None:
    storage.available.clear()
    ids = [uuid4() for _ in range(10)]
    for prediction_id in ids:
        outbox.save(prediction_id, a_prediction())
    outbox.save(uuid4(), a_prediction(), replaces=ids[4])
    assert outbox.unsaved == 10


def test_an_outbox_full_of_bytes_refuses_more_until_storage_has_some(storage: FakeStorage) -> None:
    outbox = Outbox(storage, max_bytes=25, retry_s=0.01)
    storage.available.clear()
    first, second, third = uuid4(), uuid4(), uuid4()
    outbox.save(first, a_prediction(drawing=bytes(10)))
    outbox.save(second, a_prediction(drawing=bytes(10)))
    assert not outbox.has_room(10)
    with pytest.raises(OutboxFullError):
        outbox.save(third, a_prediction(drawing=bytes(10)))
    outbox.label(first, 3)  # a label needs no room
    outbox.save(third, a_prediction(drawing=bytes(15)), replaces=second)  # in the place of the second
    storage.available.set()
    assert outbox.wait(first, LONG_S) is outbox.wait(third, LONG_S) is Delivery.SAVED
    assert outbox.has_room(25)
    outbox.close()


def test_a_discarded_prediction_is_deleted_with_its_label(outbox: Outbox, storage: FakeStorage) -> None:
    kept, discarded = uuid4(), uuid4()
    for prediction_id in (kept, discarded):
        outbox.save(prediction_id, a_prediction())
        outbox.label(prediction_id, 4)
        assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    outbox.discard(discarded)
    assert outbox.wait(discarded, LONG_S) is Delivery.SAVED
    assert (set(storage.predictions), storage.labels) == ({kept}, {kept: 4})


def test_a_prediction_that_is_discarded_before_it_was_sent_is_never_stored_and_makes_room(
    outbox: Outbox, storage: FakeStorage
) -> None:
    storage.available.clear()
    outbox.save(discarded := uuid4(), a_prediction(drawing=bytes(MAX_BYTES)))
    assert not outbox.has_room(1)
    outbox.discard(discarded)
    assert outbox.has_room(MAX_BYTES)
    storage.available.set()
    assert outbox.wait(discarded, LONG_S) is Delivery.SAVED
    assert storage.predictions == {}


def test_a_prediction_that_was_deleted_while_it_was_sent_is_dropped_with_the_one_that_it_replaced(
    outbox: Outbox, storage: FakeStorage
) -> None:
    outbox.save(first := uuid4(), a_prediction())
    assert outbox.wait(first, LONG_S) is Delivery.SAVED
    storage.deleted.add(second := uuid4())  # it arrived, its answer was lost, and the History page deleted it
    outbox.save(second, a_prediction(), replaces=first)
    outbox.label(second, 4)
    assert outbox.wait(second, LONG_S) is Delivery.REFUSED
    assert (storage.predictions, storage.labels, outbox.unsaved) == ({}, {}, 0)


def test_what_is_put_back_under_its_deleted_id_is_stored_under_another_one_with_its_label(
    outbox: Outbox, storage: FakeStorage
) -> None:
    """As an older frontend did."""
    for each in (first := uuid4(), second := uuid4()):
        outbox.save(each, a_prediction())
        assert outbox.wait(each, LONG_S) is Delivery.SAVED
    storage.available.clear()
    outbox.discard(second)
    outbox.save(second, a_prediction(), replaces=first)
    outbox.label(second, 4)
    storage.available.set()
    assert outbox.wait(second, LONG_S) is Delivery.SAVED
    (again,) = storage.predictions
    assert again != second
    assert storage.labels == {again: 4}


def test_a_discarded_prediction_still_deletes_the_one_that_it_replaced(outbox: Outbox, storage: FakeStorage) -> None:
    outbox.save(first := uuid4(), a_prediction())
    assert outbox.wait(first, LONG_S) is Delivery.SAVED
    storage.available.clear()
    outbox.save(second := uuid4(), a_prediction(), replaces=first)
    outbox.discard(second)
    storage.available.set()
    assert outbox.wait(second, LONG_S) is Delivery.SAVED
    assert storage.predictions == {}


def test_changes_are_sent_in_the_order_in_which_they_were_made() -> None:
    storage = SlowStorage()
    outbox = Outbox(storage, retry_s=0.01)
    ids = [uuid4() for _ in range(6)]
    outbox.save(ids[0], a_prediction())
    assert storage.has_request.wait(LONG_S)  # the others wait together
    for prediction_id in ids[1:]:
        outbox.save(prediction_id, a_prediction())
    storage.answers.set()
    assert all(outbox.wait(prediction_id, LONG_S) is Delivery.SAVED for prediction_id in ids)
    outbox.close()
    assert [written for _, written, _ in storage.writes] == ids


@pytest.mark.parametrize("is_label_first", [False, True])
def test_a_prediction_is_sent_before_its_label(outbox: Outbox, storage: FakeStorage, is_label_first: bool) -> None:
    storage.available.clear()
    prediction_id = uuid4()
    if is_label_first:  # of an earlier visit to the page; the prediction is new to this process
        outbox.label(prediction_id, 4)
    outbox.save(prediction_id, a_prediction())
    outbox.label(prediction_id, 3)
    storage.available.set()
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert [method for method, _, _ in storage.writes] == ["put_prediction", "put_label"]
    assert storage.labels == {prediction_id: 3}


def test_a_deletion_overtakes_the_prediction_that_still_waits(outbox: Outbox, storage: FakeStorage) -> None:
    storage.available.clear()
    outbox.save(prediction_id := uuid4(), a_prediction())
    outbox.label(prediction_id, 3)
    outbox.discard(prediction_id)
    storage.available.set()
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert [method for method, _, _ in storage.writes] == ["delete_prediction"]


def test_every_write_carries_the_token_of_its_person(outbox: Outbox, storage: FakeStorage) -> None:
    mine, other, own = uuid4(), uuid4(), uuid4()
    outbox.save(mine, a_prediction(), key="me")
    outbox.save(other, a_prediction(), key="you")
    outbox.save(own, a_prediction())
    outbox.label(mine, 3, key="me")
    outbox.discard(other, key="you")
    for prediction_id in (mine, other, own):
        assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert {(written, token) for _, written, token in storage.writes} == {(mine, "me"), (other, "you"), (own, None)}


def test_a_label_by_a_curator_leaves_a_waiting_prediction_to_its_visitor(outbox: Outbox, storage: FakeStorage) -> None:
    storage.available.clear()
    outbox.save(prediction_id := uuid4(), a_prediction(), key="visitor")
    outbox.label(prediction_id, 3, key="curator")
    storage.available.set()
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert {token for _, _, token in storage.writes} == {"visitor"}


def test_what_two_people_say_of_a_prediction_is_sent_in_order_with_the_token_of_each(
    outbox: Outbox, storage: FakeStorage
) -> None:
    storage.available.clear()
    outbox.label(labelled := uuid4(), 3, key="ada")
    outbox.label(labelled, 5, key="bob")
    outbox.discard(deleted := uuid4(), key="ada")
    outbox.label(deleted, 5, key="bob")
    storage.available.set()
    assert outbox.wait(labelled, LONG_S) is outbox.wait(deleted, LONG_S) is Delivery.SAVED
    of_each = [
        [(method, key) for method, written, key in storage.writes if written == one] for one in (labelled, deleted)
    ]
    assert of_each == [
        [("put_label", "ada"), ("put_label", "bob")],
        [("delete_prediction", "ada"), ("put_label", "bob")],
    ]
    assert storage.labels[labelled] == 5


@pytest.mark.parametrize("refused", ["bearer:ada", make_curator_key("old", "ada")])
def test_what_is_refused_to_one_person_does_not_keep_another_from_changing_it(
    outbox: Outbox, storage: FakeStorage, refused: str
) -> None:
    storage.expired.add(refused)
    storage.available.clear()
    outbox.label(prediction_id := uuid4(), 3, key=refused)
    outbox.label(prediction_id, 5, key="bob")
    storage.available.set()
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert storage.writes == [("put_label", prediction_id, "bob")]
    assert outbox.state.refused == 1


def test_what_waits_for_a_curator_is_given_up_when_somebody_else_changes_it(
    outbox: Outbox, storage: FakeStorage
) -> None:
    old, new = make_curator_key("old", "ada"), make_curator_key("new", "ada")
    storage.expired.add(old)
    outbox.label(prediction_id := uuid4(), 3, key=old)
    outbox.save(other := uuid4(), a_prediction())
    assert outbox.wait(other, LONG_S) is Delivery.SAVED  # so the label was tried before
    outbox.label(prediction_id, 5, key="bob")
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    outbox.renew(new)
    assert (outbox.unsaved, storage.labels[prediction_id]) == (0, 5)


def test_what_a_curator_changed_before_the_token_expired_is_sent_when_that_curator_is_back(
    outbox: Outbox, storage: FakeStorage
) -> None:
    old, new = make_curator_key("old", "ada@example.org"), make_curator_key("new", "ada@example.org")
    storage.expired.add(old)
    outbox.save(drawn := uuid4(), a_prediction(), key=old)
    outbox.label(labelled := uuid4(), 3, key=old)
    outbox.save(others := uuid4(), a_prediction(), key="visitor")
    assert outbox.wait(others, LONG_S) is Delivery.SAVED  # so both changes of the curator were tried before
    assert outbox.wait(drawn, 0) is outbox.wait(labelled, 0) is Delivery.WAITING
    outbox.renew(new)
    assert outbox.wait(drawn, LONG_S) is outbox.wait(labelled, LONG_S) is Delivery.SAVED
    assert {key for _, written, key in storage.writes if written != others} == {new}


def test_what_a_curator_answered_and_took_back_waits_for_that_curator(outbox: Outbox, storage: FakeStorage) -> None:
    old, new = make_curator_key("old", "ada"), make_curator_key("new", "ada")
    storage.expired.add(old)
    storage.available.clear()
    outbox.label(prediction_id := uuid4(), 3, key=old)
    outbox.label(prediction_id, 5, instead_of=3, key=old)
    storage.available.set()
    outbox.save(other := uuid4(), a_prediction())
    assert outbox.wait(other, LONG_S) is Delivery.SAVED  # so the answer was tried before
    assert (outbox.state.held, outbox.state.refused) == (1, 0)
    outbox.renew(new)
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert [(method, key) for method, written, key in storage.writes if written == prediction_id] == [
        ("put_label", new),
        ("take_label_back", new),
    ]


def test_what_one_curator_changed_is_never_sent_as_another(outbox: Outbox, storage: FakeStorage) -> None:
    ada = make_curator_key("old", "ada@example.org")
    storage.expired.add(ada)
    outbox.save(drawn := uuid4(), a_prediction(), key=ada)
    for key in (make_curator_key("new", "grace@example.org"), "bearer:new ada@example.org", "browser:x"):
        outbox.renew(key)
        outbox.save(other := uuid4(), a_prediction(), key=key)
        assert outbox.wait(other, LONG_S) is Delivery.SAVED
    assert outbox.wait(drawn, 0) is Delivery.WAITING


def test_a_visitor_whose_token_is_not_valid_any_more_is_refused(outbox: Outbox, storage: FakeStorage) -> None:
    storage.expired.add("bearer:a.b.c")
    outbox.save(drawn := uuid4(), a_prediction(), key="bearer:a.b.c")
    assert outbox.wait(drawn, LONG_S) is Delivery.REFUSED


@pytest.mark.parametrize("key", [None, OWN])
def test_what_the_page_saves_itself_waits_until_storage_takes_its_token(
    outbox: Outbox, storage: FakeStorage, key: str | None
) -> None:
    storage.expired.add(key)
    outbox.save(drawn := uuid4(), a_prediction(), key=key)
    outbox.save(other := uuid4(), a_prediction(), key="bearer:visitor")
    assert outbox.wait(other, LONG_S) is Delivery.SAVED
    assert outbox.wait(drawn, 0.05) is Delivery.WAITING
    storage.expired.clear()
    assert outbox.wait(drawn, LONG_S) is Delivery.SAVED


@pytest.mark.parametrize("key", [None, OWN])
def test_what_the_page_may_not_save_itself_is_kept_and_not_sent_again_and_again(
    storage: FakeStorage, key: str | None
) -> None:
    storage.powerless.add(key)
    outbox = Outbox(storage, retry_s=LONG_S)
    outbox.save(drawn := uuid4(), a_prediction(), key=key)
    outbox.save(other := uuid4(), a_prediction(), key="bearer:visitor")
    assert outbox.wait(other, LONG_S / 2) is Delivery.SAVED  # without a pause
    assert outbox.wait(drawn, 0) is Delivery.WAITING
    assert (outbox.state.held, outbox.state.refused) == (1, 0)
    outbox.close()


def test_what_storage_did_not_understand_is_sent_again_while_the_frontend_runs(storage: FakeStorage) -> None:
    storage.unknown.add("put_prediction")
    outbox = Outbox(storage, retry_s=0.01, tidy_s=0.01)
    outbox.save(prediction_id := uuid4(), a_prediction(), key="bearer:visitor")
    assert outbox.wait(prediction_id, 0.05) is Delivery.WAITING
    storage.unknown.clear()
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    outbox.close()
    assert (storage.predictions.keys(), outbox.state.refused) == ({prediction_id}, 0)


def test_a_later_label_is_sent_although_storage_did_not_understand_the_one_before(
    outbox: Outbox, storage: FakeStorage
) -> None:
    storage.unknown.add("take_label_back")
    outbox.label(prediction_id := uuid4(), 3, instead_of=5, key="bearer:visitor")
    outbox.save(other := uuid4(), a_prediction())
    assert outbox.wait(other, LONG_S) is Delivery.SAVED
    assert (outbox.state.held, outbox.state.refused) == (1, 0)
    outbox.label(prediction_id, 8, key="bearer:visitor")
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert (storage.labels, outbox.state.held) == ({prediction_id: 8}, 0)


def test_a_new_change_to_a_held_prediction_keeps_its_curator(outbox: Outbox, storage: FakeStorage) -> None:
    old, new = make_curator_key("old", "ada@example.org"), make_curator_key("new", "ada@example.org")
    storage.expired.add(old)
    outbox.save(drawn := uuid4(), a_prediction(), key=old)
    outbox.save(other := uuid4(), a_prediction())
    assert outbox.wait(other, LONG_S) is Delivery.SAVED
    outbox.label(drawn, 3, key="bearer:visitor")
    outbox.save(other := uuid4(), a_prediction())
    assert outbox.wait(other, LONG_S) is Delivery.SAVED
    outbox.renew(new)
    assert outbox.wait(drawn, LONG_S) is Delivery.SAVED
    assert storage.labels == {drawn: 3}
    assert [key for _, written, key in storage.writes if written == drawn] == [new, new]


def test_what_waits_of_a_person_is_forgotten_and_what_waits_of_others_is_sent(
    outbox: Outbox, storage: FakeStorage
) -> None:
    storage.available.clear()
    outbox.save(drawn := uuid4(), a_prediction(), key="ada")
    outbox.label(labelled := uuid4(), 3, key="ada")
    outbox.label(labelled, 5, key="bob")
    outbox.save(others := uuid4(), a_prediction(), key="bob")
    outbox.forget("ada", "her browser")
    assert (outbox.unsaved, outbox.has_room(MAX_BYTES), outbox.state.refused) == (3, False, 0)
    storage.available.set()
    assert all(outbox.wait(one, LONG_S) is Delivery.SAVED for one in (drawn, labelled, others))
    assert sorted(storage.writes) == sorted(
        [("delete_prediction", drawn, "ada"), ("put_label", labelled, "bob"), ("put_prediction", others, "bob")]
    )
    assert outbox.has_room(MAX_BYTES)


def test_what_a_visitor_deleted_or_replaced_is_still_deleted_when_everything_is(
    outbox: Outbox, storage: FakeStorage
) -> None:
    for each in (deleted := uuid4(), replaced := uuid4()):
        outbox.save(each, a_prediction(), key="ada")
        assert outbox.wait(each, LONG_S) is Delivery.SAVED
    storage.available.clear()
    outbox.discard(deleted, key="ada")
    outbox.save(drawn := uuid4(), a_prediction(), replaces=replaced, key="ada")
    outbox.forget("ada", "her browser")
    storage.available.set()
    assert outbox.wait(deleted, LONG_S) is outbox.wait(drawn, LONG_S) is Delivery.SAVED
    assert (storage.predictions, storage.deleted) == ({}, {deleted, replaced, drawn})


def test_what_a_visitor_drew_under_an_earlier_token_is_forgotten_too(outbox: Outbox, storage: FakeStorage) -> None:
    storage.available.clear()
    earlier, now = PersonalOutbox(outbox, "bearer:old", "a"), PersonalOutbox(outbox, "bearer:new", "a")
    earlier.save(drawn := uuid4(), a_prediction())
    earlier.label(labelled := uuid4(), 3)
    outbox.save(tokenless := uuid4(), a_prediction(), key="browser:a")  # in the file of an older frontend
    PersonalOutbox(outbox, "bearer:other", "b").save(others := uuid4(), a_prediction())
    outbox.save(curators := uuid4(), a_prediction(), key=make_curator_key("token", "ada"))
    now.forget()
    storage.available.set()
    assert all(outbox.wait(one, LONG_S) is Delivery.SAVED for one in (drawn, labelled, tokenless, others, curators))
    assert storage.predictions.keys() == {others, curators}
    assert storage.deleted == {drawn, tokenless}
    assert storage.labels == {}


def test_what_waits_for_a_curator_is_deleted_and_the_labels_of_others_drawings_stay(
    outbox: Outbox, storage: FakeStorage
) -> None:
    old, new = make_curator_key("old", "ada@example.org"), make_curator_key("new", "ada@example.org")
    storage.expired.add(old)
    outbox.save(drawn := uuid4(), a_prediction(), key=old)
    outbox.label(labelled := uuid4(), 3, key=old)
    outbox.save(other := uuid4(), a_prediction())
    assert outbox.wait(other, LONG_S) is Delivery.SAVED
    outbox.forget(new)
    assert outbox.wait(drawn, LONG_S) is Delivery.SAVED
    assert storage.deleted == {drawn}
    assert outbox.state.held == 1
    outbox.renew(new)
    assert outbox.wait(labelled, LONG_S) is Delivery.SAVED
    assert storage.labels == {labelled: 3}


class SlowStorage(FakeStorage):
    """Has each request, and answers it when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.has_request, self.answers = threading.Event(), threading.Event()

    def _answer(self, method: str, prediction_id: UUID, key: str | None) -> None:
        self.has_request.set()
        assert self.answers.wait(LONG_S)
        super()._answer(method, prediction_id, key)


def test_what_is_on_its_way_to_storage_when_everything_is_deleted_is_deleted_after_it() -> None:
    storage = SlowStorage()
    outbox = Outbox(storage, retry_s=0.01)
    outbox.save(drawn := uuid4(), a_prediction(), key="ada")
    assert storage.has_request.wait(LONG_S)
    outbox.forget("ada")
    storage.answers.set()
    assert outbox.wait(drawn, LONG_S) is Delivery.SAVED
    outbox.close()
    assert storage.writes == [("put_prediction", drawn, "ada"), ("delete_prediction", drawn, "ada")]
    assert storage.predictions == {}


def test_what_waits_for_a_curator_does_not_count_as_waiting_for_storage(outbox: Outbox, storage: FakeStorage) -> None:
    """Otherwise the first moment without storage would look like an outage since the curator left."""
    old, new = make_curator_key("old", "ada@example.org"), make_curator_key("new", "ada@example.org")
    storage.expired.add(old)
    outbox.save(drawn := uuid4(), a_prediction(), key=old)
    outbox.save(other := uuid4(), a_prediction())
    assert outbox.wait(other, LONG_S) is Delivery.SAVED  # so the change of the curator was tried before
    assert (outbox.state.held, outbox.state.oldest_s) == (1, 0)
    storage.available.clear()
    began = time.monotonic()
    outbox.save(uuid4(), a_prediction())
    assert 0 < outbox.state.oldest_s <= time.monotonic() - began
    outbox.renew(new)
    assert 0 < outbox.state.oldest_s <= time.monotonic() - began
    storage.available.set()
    assert outbox.wait(drawn, LONG_S) is Delivery.SAVED


class NamedStorage(FakeStorage):
    """Notes for which request it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[str | None] = []

    def _answer(self, method: str, prediction_id: UUID, key: str | None) -> None:
        super()._answer(method, prediction_id, key)
        self.requests.append(find_request_id())


def test_what_is_saved_later_has_the_request_id_of_the_press_also_after_a_restart(tmp_path: Path) -> None:
    storage, ids = NamedStorage(), [uuid4(), uuid4()]
    storage.available.clear()
    outbox = Outbox(storage, tmp_path, retry_s=0.01)
    copy_context().run(lambda: (begin_request("a-press"), outbox.save(ids[0], a_prediction())))
    copy_context().run(lambda: (begin_request("a-label"), outbox.label(ids[1], 4)))
    outbox.close()
    storage.available.set()
    outbox = Outbox(storage, tmp_path, retry_s=0.01)
    assert all(outbox.wait(each, LONG_S) is Delivery.SAVED for each in ids)
    outbox.close()
    assert sorted(map(str, storage.requests)) == ["a-label", "a-press"]


def test_the_state_tells_what_waits_and_what_was_lost(outbox: Outbox, storage: FakeStorage) -> None:
    storage.available.clear()
    ids = [uuid4() for _ in range(10)]
    for prediction_id in ids:
        outbox.save(prediction_id, a_prediction(drawing=b"123456"))
    with pytest.raises(OutboxFullError):
        outbox.save(uuid4(), a_prediction())
    state = outbox.state
    assert (state.waiting, state.bytes, state.held, state.unkept) == (10, 60, 0, 10)
    assert (state.refused, state.full) == (0, 1)
    assert state.oldest_s > 0
    storage.refused = {ids[3]}
    storage.available.set()
    assert all(outbox.wait(each, LONG_S) for each in ids)
    state = outbox.state
    assert (state.waiting, state.bytes, state.oldest_s) == (0, 0, 0)
    assert (state.refused, state.full) == (1, 1)
