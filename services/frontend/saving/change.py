"""What storage does not know yet about one prediction, and the form in which the queue file keeps it.

An outbox holds at most one change for each prediction. A later change of the same person is combined with the one that
waits; one of another person, or one that takes an answer back, is sent after it by itself.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from pydantic import TypeAdapter

from services.frontend.caller_keys import BROWSER, is_same_person
from shared.contracts.storage import PredictionToStore, TrueDigit


@dataclass(frozen=True)
class Change:
    """The writes that storage has to get, in this order: `discarded`, `prediction`, `replaces`, `label`.

    `discarded` deletes what storage may have under this id; a `prediction` gets another id then. `replaces` are earlier
    predictions of the same drawing, deleted once this one is stored. `label` counts only if `relabelled` is true; None
    then removes the label. With `instead_of` that label is taken back, and `label` is the one from before it.
    `key` is that of caller_keys.py, of the person who made the change; None means the frontend itself. `browser` is the
    name of a visitor's browser, which stays when the key is renewed. `request_id` is that of the press that made it.
    `others` are later changes that cannot be combined, in order, without `others`.
    """

    discarded: bool = False
    prediction: PredictionToStore | None = None
    replaces: tuple[UUID, ...] = ()
    relabelled: bool = False
    label: TrueDigit | None = None
    instead_of: TrueDigit | None = None
    key: str | None = field(default=None, repr=False)
    browser: str | None = field(default=None, repr=False)
    request_id: str | None = field(default=None, compare=False)
    others: tuple["Change", ...] = ()

    @property
    def in_turn(self) -> tuple["Change", ...]:
        """Each change by itself, in the order in which they are sent."""
        return (replace(self, others=()), *self.others)

    @property
    def drawing_bytes(self) -> int:
        """The size of the drawings."""
        return sum(len(one.prediction.drawing) for one in self.in_turn if one.prediction is not None)

    @property
    def all_replaced(self) -> tuple[UUID, ...]:
        """The earlier predictions that all of it replaces."""
        return tuple(replaced for one in self.in_turn for replaced in one.replaces)

    def then(self, later: "Change") -> "Change":
        """Both changes, as one if they can be combined."""
        *earlier, last = self.in_turn
        first, *latest = later.in_turn
        met = [last._with(first)] if last._can_combine(first) else [last, first]
        return join_in_turn(*earlier, *met, *latest)

    def _can_combine(self, later: "Change") -> bool:
        """Whether both are of the same person, and none takes back what storage may know already.

        Only the person who drew it can see a prediction that waits. So who changes it is that person, under any key.
        """
        is_same = self.key == later.key or self.prediction is not None
        return is_same and self.instead_of is None and later.instead_of is None

    def _with(self, later: "Change") -> "Change":
        """Both changes as one. A prediction that waits keeps the key and browser of the person who drew it."""
        replaces = (*self.replaces, *later.replaces)
        if later.discarded or later.prediction is not None:
            return replace(later, discarded=self.discarded or later.discarded, replaces=replaces)
        person = later if self.prediction is None else self
        request_id = self.request_id or later.request_id
        return replace(
            self,
            relabelled=True,
            label=later.label,
            replaces=replaces,
            key=person.key,
            browser=person.browser,
            request_id=request_id,
        )


def forget_change(change: Change, key: str, browser: str | None = None) -> tuple[Change, ...]:
    """What still has to be sent, in turn, if everything of a person is deleted.

    The person's predictions become deletions, because one may be on its way to storage, and deletions stay. `browser`
    is a visitor's, whose labels go. Without it the person is a curator, whose labels of others' predictions stay.
    """
    kept = []
    for one in change.in_turn:
        if not is_of_person(one, key, browser):
            kept.append(one)
        elif one.discarded or one.prediction is not None:
            sender = key if is_same_person(one.key, key) else one.key
            kept.append(
                Change(
                    discarded=True,
                    replaces=one.replaces,
                    key=sender,
                    browser=one.browser,
                    request_id=one.request_id,
                )
            )
        elif browser is None:
            kept.append(one)
    return tuple(kept)


def is_of_person(change: Change, key: str, browser: str | None) -> bool:
    """Whether the person with this key, and a visitor with this browser, made the change."""
    if is_same_person(change.key, key):
        return True
    return browser is not None and (change.browser == browser or change.key == BROWSER + browser)


def join_in_turn(first: Change, *others: Change) -> Change:
    """What `Change.in_turn` took apart."""
    return replace(first, others=others)


_ADAPTER = TypeAdapter(Change)


def encode_change(change: Change) -> bytes:
    """Encode as JSON, with the drawing as base64."""
    return _ADAPTER.dump_json(change, exclude_defaults=True)


def decode_change(data: bytes) -> Change:
    """Decode what `encode_change` made. ValueError if it is something else."""
    return _ADAPTER.validate_json(data, extra="ignore")  # a newer frontend may add fields
