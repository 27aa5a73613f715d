"""How a photo and its digits look: the picture with what was found on it, the number, and one card a digit."""

import base64
import html

from services.frontend.elements.answer import judge, percent
from services.frontend.views.photo.picture import data_uri
from services.frontend.views.photo.state import Photo, PhotoDigit

INK = "#12a37a"  # over photographs of any paper, in light and dark alike
HALO = "#ffffff"
MANY = 12  # digits on a picture; more get smaller numbers


def picture_html(photo: Photo) -> str:
    """The picture, the outlines of the ink over it, and a numbered box for each digit."""
    numbers = ", ".join(photo.read_as())
    width, height = photo.size
    dense = " dense" if len(photo.digits) > MANY else ""
    boxes = "".join(_box_html(number, digit, width, height) for number, digit in enumerate(photo.digits, start=1))
    return f"""
<div class="photo{dense}" data-testid="photo" style="--ratio:{width / height:.4f}">
  <img class="whole" alt="{html.escape(photo.name)}, on which {numbers} was found" src="{photo.preview}">
  <img class="ink" alt="" src="{outline_uri(photo)}">{boxes}
</div>"""


def outline_uri(photo: Photo) -> str:
    """An SVG of the picture's size; what a stroke encloses is left out of it."""
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
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def number_html(photo: Photo) -> str:
    """The digits as one number a line, and what they were corrected to."""
    read, corrected = photo.read_as(), photo.corrected()
    hint = "Which digit is it really? One tap; again takes it back."
    note = f"Corrected to <b>{' · '.join(corrected)}</b>" if read != corrected else hint
    lines = "".join(f"<b>{line}</b>" for line in read)
    return (
        f'<div class="photo-number" data-testid="number"><span>Read as</span><div class="lines">{lines}</div>'
        f'<p class="note" data-testid="corrected">{note}</p></div>'
    )


def digit_html(number: int, digit: PhotoDigit) -> str:
    """Its cut-out, the image the model saw, the answer, and the confidence in words."""
    prediction = digit.found.prediction
    verdict = judge(prediction, digit.digit_score_threshold)
    tone = "doubtful" if verdict.doubtful else "certain"
    label = "" if digit.label is None else str(digit.label)
    mark = "" if digit.label is None else " right" if digit.label == prediction.digit else " wrong"
    seen = f"data:image/png;base64,{prediction.image}"
    return f"""
<div class="photo-digit {tone}{mark}" data-testid="found" data-digit="{prediction.digit}" data-id="{prediction.id}"
  data-label="{label}">
  <span class="place">{number}</span>
  <img class="cutout" alt="Digit {number}, cut out of the picture" src="{data_uri(digit.cutout)}">
  <img class="seen" alt="The 28 by 28 pixels the model saw of digit {number}" src="{seen}">
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
