"""The tiles of one layer, a component of our own: choosing one shows its details in the browser, without a run.

A layer of the message Inside goes in; nothing comes out.
"""

import base64
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.components.v2.types import ComponentRenderer

from shared.contracts.inside import ConvolutionLayer, DenseLayer

SCRIPT = Path(__file__).parent / "tiles.js"
MOST_VALUES = 24  # of a dense layer, the strongest; each needs a tile that a thumb can hit


@st.cache_resource
def _register_component() -> ComponentRenderer:
    markup = '<div class="stage" data-testid="stage"></div>'
    return st.components.v2.component("slate_tiles", html=markup, js=SCRIPT.read_text(), isolate_styles=False)


def show_tiles(name: str, data: dict[str, object]) -> None:
    """Shows what `describe_maps` or `describe_values` made. `name` is that of the layer."""
    _register_component()(key=f"tiles-{name}", data=data)


def describe_maps(layer: ConvolutionLayer, image: str, version: str, *, is_first: bool) -> dict[str, object]:
    """What the script needs for feature maps. `image` is the 28×28 image as a data URI."""
    strengths = [each.strength for each in layer.maps]
    tiles = [
        {
            "place": place,
            "title": f"Map {place + 1} of {len(layer.maps)}",
            "label": f"Map {place + 1}: {describe_strength(each.strength)}",
            "words": f"It is {describe_strength(each.strength)} on your drawing.",
            "filters": [{"source": part.source, "weights": encode(part.weights)} for part in each.filters],
        }
        for place, each in enumerate(layer.maps)
    ]
    return {
        "kind": "maps",
        "version": f"{version}/{layer.name}",
        "label": f"The {len(layer.maps)} maps",
        "image": image,
        "chosen": strengths.index(max(strengths)),
        "before": not is_first,
        "rows": layer.rows,
        "columns": layer.columns,
        "values": encode(layer.values),
        "filterSide": layer.filter_side,
        "stride": layer.stride,
        "start": layer.start,
        "reach": layer.reach,
        "tiles": tiles,
    }


def describe_values(layer: DenseLayer, image: str, version: str) -> dict[str, object]:
    """What the script needs for the strongest values of a dense layer that has votes."""
    votes = compare_with_mean(layer.votes or [[0.0] * len(layer.values)] * 10)
    strongest = max(*layer.values, 1e-9)
    awake = [place for place, value in enumerate(layer.values) if value > 0]
    places = sorted(awake, key=lambda place: -layer.values[place])[:MOST_VALUES]
    tiles = [
        {
            "name": str(place + 1),
            "share": round(layer.values[place] / strongest, 3),
            "title": f"Clue {place + 1} of {len(layer.values)}",
            "label": f"Clue {place + 1}: {describe_strength(layer.values[place] / strongest)}",
            "words": describe_votes(votes[:, place].tolist()),
            "votes": votes[:, place].round(3).tolist(),
        }
        for place in places
    ]
    return {
        "kind": "values",
        "version": f"{version}/{layer.name}",
        "label": "The strongest clues",
        "image": image,
        "chosen": 0,
        "tiles": tiles,
    }


def compare_with_mean(votes: list[list[float]]) -> NDArray[np.float64]:
    """Votes for ten digits (10, N) → how much more each digit gets than the mean digit: only that decides."""
    table = np.asarray(votes, np.float64)
    return np.asarray(table - table.mean(axis=0))


def describe_strength(share: float) -> str:
    """A share of the strongest response of the layer in words."""
    if share < 0.02:
        return "silent"
    return "weak" if share < 0.35 else "awake" if share < 0.7 else "strong"


def describe_votes(votes: list[float]) -> str:
    """For which digit the value speaks most, and against which."""
    digits = range(10)
    most, least = max(digits, key=votes.__getitem__), min(digits, key=votes.__getitem__)
    return f"It speaks most for a {most} and most against a {least}."


def encode(data: bytes) -> str:
    """Bytes → base64."""
    return base64.b64encode(data).decode()
