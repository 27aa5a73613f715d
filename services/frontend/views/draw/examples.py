"""Drawings to try with one tap. They come to the canvas as strokes, and are not saved until the visitor adds to them.

`python -m training.rendering.examples` makes the files. A stroke of an example has a colour of its own, which nobody
can tell from chalk: so a drawing is known to be an example also after Undo, Clear and a reload.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from services.frontend.elements.example_pictures import show_example_buttons, write_style
from services.frontend.session.sheet import FabricJson, Strokes

FILE = Path(__file__).parent / "example_strokes.json"
EXAMPLES = {
    "three": "A three",
    "seven": "A seven",
    "eight": "An eight",
    "one-or-seven": "1 or 7?",
    "forty-two": "A number",
    "star": "No digit",
}
STYLE = write_style(EXAMPLES)  # the page shows it once, outside the part that every stroke reruns
COLOUR = "#FFFFFE"
PATH: FabricJson = {  # all that the canvas says of a stroke: with less, it would give back other strokes than it got
    "lockMovementX": False,
    "lockMovementY": False,
    "lockRotation": False,
    "lockScalingX": False,
    "lockScalingY": False,
    "lockSkewingX": False,
    "lockSkewingY": False,
    "lockScalingFlip": False,
    "type": "Path",
    "version": "7.4.0",
    "originX": "center",
    "originY": "center",
    "fill": None,
    "stroke": COLOUR,
    "strokeDashArray": None,
    "strokeLineCap": "round",
    "strokeDashOffset": 0,
    "strokeLineJoin": "round",
    "strokeUniform": False,
    "strokeMiterLimit": 10,
    "scaleX": 1,
    "scaleY": 1,
    "angle": 0,
    "flipX": False,
    "flipY": False,
    "opacity": 1,
    "shadow": None,
    "visible": True,
    "backgroundColor": "",
    "fillRule": "nonzero",
    "paintFirst": "fill",
    "globalCompositeOperation": "source-over",
    "skewX": 0,
    "skewY": 0,
}


def show_examples(on_choice: Callable[[Strokes], None]) -> None:
    """A row of buttons. `on_choice` gets the strokes of an example."""
    show_example_buttons("draw-examples", EXAMPLES, lambda name: on_choice(make_strokes(name)))


def is_example(strokes: Strokes) -> bool:
    """Whether all strokes are those of an example. False for an empty canvas."""
    return bool(strokes) and all(str(stroke.get("stroke", "")).upper() == COLOUR for stroke in strokes)


@cache
def make_strokes(name: str) -> Strokes:
    """The strokes of an example in the JSON of Fabric.js."""
    drawing = json.loads(FILE.read_text())[name]
    return [_make_stroke(points, drawing["pen"]) for points in drawing["strokes"]]


def _make_stroke(points: list[list[int]], pen: int) -> FabricJson:
    xs, ys = zip(*points, strict=True)
    place = {"left": (min(xs) + max(xs)) / 2, "top": (min(ys) + max(ys)) / 2}
    size = {"width": max(xs) - min(xs), "height": max(ys) - min(ys)}
    return (
        PATH
        | place
        | size
        | {"strokeWidth": pen, "path": [["M", *points[0]], *(["L", *point] for point in points[1:])]}
    )
