"""The pause after an answer without a saliency map."""

from services.frontend.explanation_pause import PAUSE_S, ExplanationPause
from tests.unit.frontend.test_draw_state import Clock


def test_after_an_answer_without_a_map_no_map_is_asked_for_until_the_pause_is_over() -> None:
    pause = ExplanationPause(clock := Clock())
    assert pause.is_over
    pause.begin()
    assert not pause.is_over
    clock.now += PAUSE_S - 0.1
    assert not pause.is_over
    clock.now += 0.1
    assert pause.is_over
