"""What inference read → the results of a prediction, as Label Studio has them. Boxes are in percent of the picture."""

from typing import Any

from clients.label_studio.label_config import Controls
from shared.contracts.inference import Prediction
from shared.contracts.page import Box, PageReading

Result = dict[str, Any]


def describe_digit(prediction: Prediction, controls: Controls, *, rejected: bool) -> list[Result]:
    """The choice for the whole picture: its digit, or "not a digit" if it is rejected and there is such a choice."""
    choice = controls.not_a_digit if rejected and controls.not_a_digit else str(prediction.digit)
    return [
        {
            "from_name": controls.choices,
            "to_name": controls.image,
            "type": "choices",
            "score": prediction.confidence,
            "value": {"choices": [choice]},
        }
    ]


def describe_page(page: PageReading, controls: Controls) -> list[Result]:
    """A rectangle for each digit, or a rectangle and its text for each number, or both."""
    results = []
    if controls.digit_boxes:
        for place, digit in enumerate(page.digits):
            region = _make_region(f"digit-{place}", digit.box, page, controls)
            label = {"rectanglelabels": [str(digit.prediction.digit)]}
            results.append(
                region
                | {"from_name": controls.digit_boxes, "type": "rectanglelabels", "score": digit.prediction.confidence}
                | {"value": region["value"] | label}
            )
    if controls.number_boxes:
        for place, number in enumerate(page.numbers):
            region = _make_region(f"number-{place}", number.box, page, controls)
            text = region["value"] | {"text": [number.text]}
            results.append(
                region | {"from_name": controls.number_boxes, "type": "rectangle", "score": number.confidence}
            )
            results.append(region | {"from_name": controls.number_texts, "type": "textarea", "value": text})
    return results


def _make_region(name: str, box: Box, page: PageReading, controls: Controls) -> Result:
    """What the results of one region have in common. The same `id` joins them."""
    return {
        "id": name,
        "to_name": controls.image,
        "original_width": page.width,
        "original_height": page.height,
        "image_rotation": 0,
        "value": {
            "x": 100 * box.left / page.width,
            "y": 100 * box.top / page.height,
            "width": 100 * box.width / page.width,
            "height": 100 * box.height / page.height,
            "rotation": 0,
        },
    }
