"""Why a drawing is asked, in words, and what the browser needs to ask it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from services.frontend.elements.answer import name_label
from services.frontend.elements.thumbnails import AT_ONCE, make_thumbnail
from services.frontend.storage_client import StorageClient
from shared.clients.service import RefusedError
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit
from shared.contracts.suggestions import LabelSuggestion

SIDE = 320  # pixels of the shown picture
NOT_SURE = "The model was not sure about this one. Which digit is it?"
MAYBE_NONE = "The model thought that this is no digit. Which digit is it, if it is one?"


@dataclass(frozen=True)
class Question:
    """A drawing to label. `picture` is a data URI."""

    suggestion: LabelSuggestion
    picture: str

    @property
    def id(self) -> UUID:
        """The id of the prediction."""
        return self.suggestion.id


def find_questions(suggestions: Sequence[LabelSuggestion], storage: StorageClient) -> list[Question]:
    """Fetch the drawings in parallel. Those that were deleted meanwhile are left out. ServiceUnavailableError."""

    def find(suggestion: LabelSuggestion) -> Question | None:
        try:
            drawing = storage.get_drawing(suggestion.id)
        except RefusedError:
            return None
        return Question(suggestion, make_thumbnail(drawing, SIDE))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [question for question in threads.map(find, suggestions) if question is not None]


def describe_why(suggestion: LabelSuggestion) -> str:
    """One or two sentences: `You said 3; it looks like 5. Which is it?`."""
    label, suggested = suggestion.label, suggestion.suggested
    if label is None or suggested is None:
        return MAYBE_NONE if suggestion.rejected else NOT_SURE
    said = f"{'You' if suggestion.labelled_by_me else 'Somebody'} said {_name(label)}"
    if suggestion.kind == "disputed":
        return f"{said}; somebody else said {_name(suggested)}. Which is it?"
    looks = "does not look like a digit" if suggested == NOT_A_DIGIT else f"looks like {suggested}"
    return f"{said}; it {looks}. Which is it?"


def describe_question(question: Question) -> dict[str, object]:
    """What the script needs of one drawing."""
    suggestion = question.suggestion
    return {
        "id": str(question.id),
        "picture": question.picture,
        "why": describe_why(suggestion),
        "said": suggestion.label,
        "suggested": suggestion.suggested,
    }


def _name(label: TrueDigit) -> str:
    return f"“{name_label(label)}”" if label == NOT_A_DIGIT else str(label)
