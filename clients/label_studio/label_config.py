"""The labelling configuration of a project, which is XML → what Slate can fill in."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

DIGITS = frozenset("0123456789")
NOT_A_DIGIT = re.compile(r"not[ _-]a[ _-]digit", re.IGNORECASE)
DECLARATION = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class ConfigError(Exception):
    """There is nothing that Slate can fill in. The message is for the person who set up the project."""


@dataclass(frozen=True)
class Controls:
    """The names of tags. `field` is the place of the picture in the data of a task, `image` the tag that shows it.

    `choices` is for the digit of the whole picture, and `not_a_digit` its choice for other drawings. `digit_boxes` are
    rectangles with a digit as label. `number_boxes` are rectangles whose text goes into `number_texts`.
    """

    field: str
    image: str
    choices: str | None = None
    not_a_digit: str | None = None
    digit_boxes: str | None = None
    number_boxes: str | None = None
    number_texts: str | None = None


def read_config(config: str) -> Controls:
    """ConfigError."""
    if DECLARATION.search(config):
        raise ConfigError("The labelling configuration has a document type, which is not read.")
    try:
        root = ElementTree.fromstring(config)  # noqa: S314  it declares no entities, as checked above
    except ElementTree.ParseError as error:
        raise ConfigError(f"The labelling configuration is no XML: {error}") from error
    image = next(root.iter("Image"), None)
    if image is None or not image.get("value", "").startswith("$"):
        raise ConfigError("The labelling configuration has no <Image> with a variable as value.")
    shown = image.get("name", "")
    digits, numbers, texts = _find_choices(root, shown), _find_number_boxes(root, shown), _find(root, "TextArea", shown)
    controls = Controls(
        field=image.get("value", "")[1:],
        image=shown,
        choices=None if digits is None else digits.get("name"),
        not_a_digit=_find_not_a_digit(digits),
        digit_boxes=_find_digit_boxes(root, shown),
        number_boxes=numbers if texts is not None else None,
        number_texts=texts.get("name") if texts is not None else None,
    )
    if not (controls.choices or controls.digit_boxes or controls.number_boxes):
        raise ConfigError(
            "Slate fills in <Choices> or <RectangleLabels> with the digits 0 to 9, or <Rectangle> with <TextArea>."
        )
    return controls


def _find(root: ElementTree.Element, tag: str, image: str) -> ElementTree.Element | None:
    return next((each for each in root.iter(tag) if each.get("toName") == image), None)


def _find_choices(root: ElementTree.Element, image: str) -> ElementTree.Element | None:
    choices = (each for each in root.iter("Choices") if each.get("toName") == image)
    return next((each for each in choices if _values(each, "Choice") >= DIGITS), None)


def _find_not_a_digit(choices: ElementTree.Element | None) -> str | None:
    values = set() if choices is None else _values(choices, "Choice")
    return next((value for value in sorted(values) if NOT_A_DIGIT.fullmatch(value)), None)


def _find_digit_boxes(root: ElementTree.Element, image: str) -> str | None:
    labels = (each for each in root.iter("RectangleLabels") if each.get("toName") == image)
    return next((each.get("name") for each in labels if _values(each, "Label") >= DIGITS), None)


def _find_number_boxes(root: ElementTree.Element, image: str) -> str | None:
    rectangle = _find(root, "Rectangle", image)
    return None if rectangle is None else rectangle.get("name")


def _values(tag: ElementTree.Element, child: str) -> set[str]:
    return {each.get("value", "") for each in tag.iter(child)}
