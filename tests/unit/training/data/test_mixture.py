"""What a run is trained on, put together from files: whose strokes, doubted or not, and what is added to them."""

import json
from pathlib import Path

import pytest
from torch import Tensor

from shared.recognition.normalisation import Normalisation
from tests.unit.training.toy_data import Reader, options
from training import mixture
from training.data.pen_characters import split_of_writer
from training.learning.teacher import Teacher


def writer_of(split: str, ward: str = "ward") -> str:
    return next(name for name in (f"{ward}/w{number:02}" for number in range(99)) if split_of_writer(name) == split)


LEARNED = writer_of("train")
BARE_SEVEN = [[[0, 0], [600, 0], [300, 999]]]


def sources(tmp_path: Path, labels: list[int], writer: str = LEARNED, judge: str | None = None) -> dict[str, Tensor]:
    file = tmp_path / "digits.jsonl"
    digits = [{"label": label, "writer": writer, "strokes": BARE_SEVEN} for label in labels]
    file.write_text("\n".join(map(json.dumps, digits)))
    chosen = options(dataset=["pen_strokes"], pen_digits=file, not_digit_weight=0.0, judge=judge)
    return {part.name: part.source.labels for part in mixture.load_training(chosen).parts}


def test_strokes_are_trained_on_as_they_are_and_with_others_added(tmp_path: Path) -> None:
    learned = sources(tmp_path, [7, 4, 7])
    assert learned["pen_digits"].tolist() == [7, 4, 7]
    assert learned["added_strokes"].tolist() == [7, 7] * mixture.ADDED_STROKES


def test_what_the_judge_doubts_is_trained_on_neither_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixture, "load_teacher", lambda *_: Teacher(Reader(9.0), Normalisation()))
    learned = sources(tmp_path, [7, 0, 1, 7], judge="best/1")
    assert learned["pen_digits"].tolist() == [7, 7]
    assert set(learned["added_strokes"].tolist()) == {7}


@pytest.mark.parametrize("split", ["validation", "test"])
def test_writers_who_are_kept_back_are_not_trained_on(tmp_path: Path, split: str) -> None:
    with pytest.raises(mixture.DataUnavailableError, match="nobody's strokes"):
        sources(tmp_path, [7], writer=writer_of(split))


def test_unseen_writers_are_validated_on_and_not_learned_from_and_test_s_are_neither(tmp_path: Path) -> None:
    file = tmp_path / "digits.jsonl"
    written = {LEARNED: 7, writer_of("validation"): 4, writer_of("test"): 2, writer_of("train", "desk"): 5}
    digits = [{"label": label, "writer": writer, "strokes": BARE_SEVEN} for writer, label in written.items()]
    file.write_text("\n".join(map(json.dumps, digits)))
    chosen = options(dataset=["pen_strokes"], pen_digits=file, not_digit_weight=0.0, unseen_writers=["ward/"])
    (learned,) = mixture.load_training(chosen).parts
    assert learned.source.labels.tolist() == [5]
    validation = mixture.load_validation(chosen)
    assert validation["unseen_writers"].labels.tolist() == [7, 4]
    assert validation["pen_drawings"].labels.tolist() == [4]


def test_unseen_writers_who_wrote_nothing_are_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "digits.jsonl"
    file.write_text(json.dumps({"label": 7, "writer": writer_of("validation"), "strokes": BARE_SEVEN}))
    with pytest.raises(mixture.DataUnavailableError, match="nobody's digits to validate with"):
        mixture.load_validation(options(dataset=["pen_strokes"], pen_digits=file, unseen_writers=["wart/"]))


def test_nobody_stays_unseen_where_no_strokes_are_learned_from() -> None:
    with pytest.raises(ValueError, match="unseen_writers need pen_strokes"):
        options(dataset=["mnist"], unseen_writers=["ward/"])
