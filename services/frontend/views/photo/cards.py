"""HTML of a photo: the picture with the digits marked on it, the numbers, and one card for each digit.

A `Photo` comes in and HTML goes out. Names from outside are escaped.
"""

import html

from services.frontend.elements.answer import LABEL_HINT, describe_confidence, percent
from services.frontend.elements.data_uri import write_data_uri
from services.frontend.views.photo.state import Photo, PhotoDigit

INK = "#12a37a"  # visible on photographs of any paper, in the light and the dark theme
HALO = "#ffffff"
MANY = 12  # with more digits on a picture the boxes are smaller


def picture_html(photo: Photo) -> str:
    """The picture, the outlines of the ink on top of it, and a numbered box around each digit."""
    numbers = ", ".join(photo.predicted_numbers())
    width, height = photo.size
    dense = " dense" if len(photo.digits) > MANY else ""
    boxes = "".join(_box_html(number, digit, width, height) for number, digit in enumerate(photo.digits, start=1))
    return f"""
<div class="photo{dense}" data-testid="photo" style="--ratio:{width / height:.4f}">
  <img class="whole" alt="{html.escape(photo.name)}. Read as {numbers}" src="{photo.preview}">
  <img class="ink" alt="" src="{outline_uri(photo)}">{boxes}
</div>"""


def outline_uri(photo: Photo) -> str:
    """The outlines as an SVG of the picture's size. Holes in the ink, as in a 0, stay empty."""
    width, height = photo.size
    path = "".join(
        "M" + " ".join(f"{x},{y}" for x, y in outline) + "Z"
        for digit in photo.digits
        for outline in digit.found.outlines
    )
    style = 'vector-effect="non-scaling-stroke" stroke-linejoin="round"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path d="{path}" fill="none" stroke="{HALO}" stroke-opacity=".7" stroke-width="3.5" {style}/>'
        f'<path d="{path}" fill="{INK}" fill-opacity=".25" fill-rule="evenodd" stroke="{INK}" stroke-width="1.5" '
        f"{style}/></svg>"
    )
    return write_data_uri(svg.encode(), "SVG+XML")


def number_html(photo: Photo) -> str:
    """The predicted number of each line, and the corrected numbers if a label differs."""
    predicted, true = photo.predicted_numbers(), photo.true_numbers()
    note = LABEL_HINT if predicted == true else f"Corrected to <b>{' · '.join(true)}</b>"
    lines = "".join(f"<b>{number}</b>" for number in predicted)
    return (
        f'<div class="photo-number" data-testid="number"><span>Read as</span><div class="lines">{lines}</div>'
        f'<p class="note" data-testid="corrected">{note}</p></div>'
    )


def digit_html(number: int, digit: PhotoDigit) -> str:
    """The cutout, the image that the model saw, the predicted digit, and the confidence in words."""
    prediction = digit.prediction
    verdict = describe_confidence(prediction, digit.digit_score_threshold)
    tone = "doubtful" if verdict.doubtful else "certain"
    label = "" if digit.label is None else str(digit.label)
    mark = "" if digit.label is None else " right" if digit.label == prediction.digit else " wrong"
    seen = f"data:image/png;base64,{prediction.image}"
    return f"""
<div class="photo-digit {tone}{mark}" data-testid="found" data-digit="{prediction.digit}" data-id="{prediction.id}"
  data-label="{label}">
  <span class="place">{number}</span>
  <img class="cutout" alt="Digit {number}, cut out of the picture" src="{write_data_uri(digit.cutout)}">
  <img class="seen" alt="The 28 by 28 pixels that the model saw of digit {number}" src="{seen}">
  <div class="digit">{prediction.digit}</div>
  <div class="verdict"><b>{verdict.words}</b><span>{percent(prediction.confidence)}</span></div>
</div>"""


def _box_html(number: int, digit: PhotoDigit, width: int, height: int) -> str:
    box = digit.found.box
    place = (
        f"left:{box.left / width:.3%};top:{box.top / height:.3%};"
        f"width:{box.width / width:.3%};height:{box.height / height:.3%}"
    )
    return f'<div class="box" data-testid="box" style="{place}"><span>{number}</span></div>'
