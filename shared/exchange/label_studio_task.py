"""Predictions as tasks of Label Studio, and what people chose there → labels.

The drawing of a task is in its data as a data URL, so that no other file is needed. `slate_id` is the id of the
prediction in storage.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from shared.contracts.message import Base64
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit
from shared.exchange.client import Row
from shared.picture_kinds import find_kind

IMAGE, DIGIT, SLATE_ID = "image", "digit", "slate_id"  # names of tags, and of fields in the data of a task
NO_DIGIT = "not a digit"
CHOICES: dict[str, TrueDigit] = {**{str(digit): digit for digit in range(10)}, NO_DIGIT: NOT_A_DIGIT}
LABEL_CONFIG = "\n".join(
    [
        "<View>",
        f'  <Image name="{IMAGE}" value="${IMAGE}"/>',
        f'  <Choices name="{DIGIT}" toName="{IMAGE}" choice="single" required="true">',
        *(f'    <Choice value="{choice}" hotkey="{choice[0]}"/>' for choice in CHOICES),
        "  </Choices>",
        "</View>\n",
    ]
)
Task = dict[str, Any]
DATA = TypeAdapter(Base64)


@dataclass(frozen=True)
class LabelledTask:
    """What a person chose for a drawing. `id` is that of a prediction in storage, None if the task came from elsewhere.

    `drawing` is None if the task only names the picture.
    """

    id: UUID | None
    label: TrueDigit
    drawing: bytes | None


def make_task(row: Row) -> Task:
    """A line of the export, with its drawing → a task with a prediction, and with an annotation if it has a label."""
    drawing = row["drawing"]
    kind = find_kind(base64.b64decode(drawing[:64])).lower()
    answer = NO_DIGIT if row["rejected"] else str(row["digit"])
    model = f"{row['model']['name']}/{row['model']['version']}"
    task: Task = {
        "data": {IMAGE: f"data:image/{kind};base64,{drawing}", SLATE_ID: row["id"]},
        "predictions": [{"model_version": model, "score": row["confidence"], "result": [_choose(answer)]}],
    }
    if row["label"] is not None:
        label = NO_DIGIT if row["label"] == NOT_A_DIGIT else str(row["label"])
        task["annotations"] = [{"result": [_choose(label)]}]
    return task


def read_task(task: object) -> LabelledTask | None:
    """The newest choice of a task in Label Studio's JSON export. None if nobody has chosen one of CHOICES."""
    if not isinstance(task, dict) or not isinstance(data := task.get("data"), dict):
        return None
    label = _find_label(task.get("annotations"))
    if label is None:
        return None
    return LabelledTask(_read_id(data.get(SLATE_ID)), label, _read_drawing(data.get(IMAGE)))


def _choose(choice: str) -> dict[str, Any]:
    return {"from_name": DIGIT, "to_name": IMAGE, "type": "choices", "value": {"choices": [choice]}}


def _find_label(annotations: object) -> TrueDigit | None:
    given = [each for each in annotations if isinstance(each, dict)] if isinstance(annotations, list) else []
    counted = [each for each in given if not each.get("was_cancelled")]
    for annotation in sorted(counted, key=lambda each: str(each.get("updated_at", "")), reverse=True):
        for choice in _find_choices(annotation.get("result")):
            return CHOICES[choice]
    return None


def _find_choices(results: object) -> Iterable[str]:
    for result in results if isinstance(results, list) else []:
        value = result.get("value") if isinstance(result, dict) else None
        choices = value.get("choices") if isinstance(value, dict) else None
        yield from (
            each for each in (choices if isinstance(choices, list) else []) if isinstance(each, str) and each in CHOICES
        )


def _read_id(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _read_drawing(value: object) -> bytes | None:
    if not isinstance(value, str) or not value.startswith("data:"):
        return None
    try:
        return DATA.validate_python(value)
    except ValidationError:
        return None
