"""The words and tiles of the page "Look inside", and what it shows when there is nothing to look at."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from services.frontend.session.draw_state import KEY, DrawState
from services.frontend.views.look_inside.story import change_html, describe_reading, tell_layer, votes_html
from services.frontend.views.look_inside.tiles import MOST_VALUES, compare_with_mean, describe_maps, describe_values
from shared.contracts.inside import ConvolutionLayer, DenseLayer, Inside, OutputLayer
from tests.unit.clients.page_readings import a_reading

PAGE = Path(__file__).parents[3] / "services/frontend/views/look_inside/page.py"
INSIDE = Inside.model_validate(Inside.model_json_schema()["examples"][0])
CONVOLUTION, DENSE, OUTPUTS = INSIDE.layers


@pytest.mark.parametrize("layer", INSIDE.layers, ids=lambda layer: layer.kind)
@pytest.mark.parametrize("is_first", [True, False])
def test_two_sentences_tell_what_a_layer_does(layer: object, is_first: bool) -> None:
    sentences = tell_layer(layer, is_first=is_first)
    assert sentences.count(". ") == 1
    assert sentences.endswith(".")


def test_the_tile_of_the_strongest_map_is_chosen() -> None:
    assert isinstance(CONVOLUTION, ConvolutionLayer)
    silent = CONVOLUTION.maps[0]
    loud = silent.model_copy(update={"strength": 1.0})
    layer = CONVOLUTION.model_copy(update={"maps": [silent, loud, silent]})
    data = describe_maps(layer, "data:,", "1", is_first=True)
    assert data["chosen"] == 1
    assert [tile["label"] for tile in data["tiles"]] == ["Map 1: silent", "Map 2: strong", "Map 3: silent"]


def test_only_values_that_respond_have_tiles_and_the_strongest_come_first() -> None:
    values = [0.0, 2.0, 0.5, *[0.1] * 40]
    votes = [[float(digit == 7)] * len(values) for digit in range(10)]
    data = describe_values(DenseLayer(name="fc1", values=values, votes=votes), "data:,", "1")
    tiles = data["tiles"]
    assert [tile["name"] for tile in tiles][:2] == ["2", "3"]
    assert len(tiles) == MOST_VALUES
    assert tiles[0]["words"].startswith("It speaks most for a 7")


def test_votes_are_compared_with_the_mean_digit() -> None:
    compared = compare_with_mean([[5.0]] * 9 + [[15.0]])
    np.testing.assert_allclose(compared[:, 0], [-1.0] * 9 + [9.0])


def test_a_second_look_with_another_answer_is_told() -> None:
    assert isinstance(OUTPUTS, OutputLayer)
    assert "At the first look" not in votes_html(OUTPUTS, 7)
    assert "At the first look it saw a 7" in votes_html(OUTPUTS, 1)


def test_without_a_change_the_page_says_that_none_was_found() -> None:
    assert 'data-digit="1"' in change_html(INSIDE, 0.5)
    words = change_html(INSIDE.model_copy(update={"change": None}), 0.5)
    assert "found no small change that makes it read a 1" in words
    assert 'data-digit=""' in words


def test_a_rejected_image_has_no_confidence() -> None:
    assert describe_reading(INSIDE, 0.5) == "read as <b>7</b>, 99.1%"
    assert describe_reading(INSIDE, 0.99) == "does not look like a digit; nearest to <b>7</b>"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (DrawState(), "Draw a digit first"),
        (DrawState(drawing=b"png", number=a_reading("12")), "There are several digits on the canvas"),
    ],
)
def test_without_one_digit_the_page_says_how_to_go_on(state: DrawState, sentence: str) -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    app.session_state[KEY] = state
    app.run()  # the link below the sentence needs the whole app; tests/e2e/test_look_inside.py follows it
    assert any(sentence in str(element.proto.body) for element in app.get("html"))
