"""Tests of augmentation: batches keep shape, range and meaning, depend on the seed, and never repeat an image."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from shared.recognition.preprocessing import centre_ink
from tests.unit.training.toy_data import bars, pen_character
from training.data.augmentation.distortion import Distortion
from training.data.augmentation.embellishment import Embellishment, draw_all_and_choose, draw_lines, draw_on_chosen
from training.data.augmentation.ink import InkChange
from training.data.augmentation.pen import POINTS, Pen, draw_points, resample


def seeded(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def images(count: int = 16) -> Tensor:
    return torch.from_numpy(bars(count).images).float()


def mean_centre(ink: Tensor) -> Tensor:
    """(B, 28, 28) → (B, 2): column and row of the centre of mass."""
    steps, mass = torch.arange(28.0), ink.sum((1, 2))
    return torch.stack([ink.sum(1) @ steps / mass, ink.sum(2) @ steps / mass], 1)


@pytest.mark.parametrize("change", [Distortion(), InkChange()])
def test_a_change_keeps_shape_and_range_and_depends_on_the_seed(change: Distortion | InkChange) -> None:
    first, second = change(images(), seeded()), change(images(), seeded())
    assert first.shape == (16, 28, 28)
    assert float(first.min()) >= 0
    assert float(first.max()) <= 255.01
    assert torch.equal(first, second)
    assert not torch.equal(first[0], first[2])  # the same image twice in a batch becomes two different ones


@pytest.mark.parametrize("change", [Distortion(0, 0, 0, 0, 0), InkChange((0, 0), (0, 0), (0, 0), (0, 0), (0, 0))])
def test_changes_of_zero_leave_the_images_as_they_are(change: Distortion | InkChange) -> None:
    torch.testing.assert_close(change(images(), seeded()), images(), atol=0.1, rtol=0)


def test_an_image_is_shifted_no_further_than_allowed() -> None:
    shifted = Distortion(0, 0, 0, shift_px=2, elastic_px=0)(images(256), seeded())
    moved = (mean_centre(shifted) - mean_centre(images(256))).abs()
    assert 1.8 < float(moved.max()) <= 2.01


def test_bending_moves_no_point_further_than_allowed() -> None:
    field = Distortion(elastic_px=1.5).sample_elastic(64, 28, seeded()) * 14
    assert 1 < float(field.abs().max()) < 2  # bicubic interpolation overshoots a little between the knots


def test_ink_is_thickened_and_thinned() -> None:
    changed = InkChange(thickness=(1, 0.9), softness=(0, 0), contrast=(0, 0), noise=(0, 0), fading=(0, 0))
    mass = changed(images(64), seeded()).sum((1, 2)) / images(64).sum((1, 2))
    assert float(mass.max()) > 1.2
    assert float(mass.min()) < 0.8


def test_paper_gets_no_noise() -> None:
    noisy = InkChange((0, 0), (0, 0), (0, 0), noise=(1, 0.1), fading=(0, 0))(images(), seeded())
    assert float(noisy[images() == 0].max()) < 0.1
    assert not torch.equal(noisy[images() > 0], images()[images() > 0])


def test_the_variant_for_gpus_draws_the_same_lines_on_the_same_images() -> None:
    ink, chosen = images(6).float(), torch.tensor([True, False, True, False, False, True])
    start, end = torch.rand(2, 6, 2, generator=seeded(1)) * 27
    width = torch.linspace(1.5, 4, 6)
    drawn = draw_on_chosen(ink, chosen, start, end, width)
    assert (drawn != ink).any((1, 2)).tolist() == chosen.tolist()
    assert torch.equal(draw_all_and_choose(ink, chosen, start, end, width), drawn)


def test_embellishment_changes_only_zeros_ones_and_sevens() -> None:
    labels = torch.arange(40) % 10
    drawn = Embellishment(1, 1, 1, 1)(images(40), labels, seeded(0))
    changed = (drawn != images(40)).flatten(1).any(dim=1)
    assert set(labels[changed].tolist()) == {0, 1, 7}
    assert (drawn >= images(40)).all()


def test_a_line_is_as_wide_as_asked() -> None:
    ends = torch.tensor([[4.0, 14.0]]), torch.tensor([[24.0, 14.0]])
    line = draw_lines(torch.zeros(1, 28, 28), *ends, torch.tensor([3.0]))
    assert float(line[0, :, 14].sum()) / 255 == pytest.approx(3, abs=0.1)


def test_points_are_spaced_evenly_and_keep_their_stroke_number() -> None:
    points, stroke_of = resample(pen_character().strokes)
    assert points.shape == (POINTS, 2)
    assert float(np.ptp(points, axis=0).max()) == pytest.approx(2)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)[np.diff(stroke_of) == 0]
    assert steps.max() < 1.3 * np.median(steps)
    assert (np.diff(stroke_of) >= 0).all()
    assert set(stroke_of) == {0, 1}


def test_a_dot_is_a_stroke_of_its_own() -> None:
    dot = np.array([[500, 500]], np.float32)
    points, stroke_of = resample([pen_character().strokes[0], dot])
    assert np.isfinite(points).all()
    assert stroke_of[-1] == 1


@pytest.mark.parametrize("width", [2.0, 3.5, 5.0])
def test_rendered_strokes_look_like_the_result_of_preprocessing(width: float) -> None:
    points, _ = resample(pen_character().strokes)
    (rendered,) = draw_points(torch.from_numpy(points)[None], torch.tensor([width]))
    picture = draw_large(points, width)
    prepared = centre_ink(picture).astype(np.float32)
    neighbours = [np.roll(prepared, (row, column), (0, 1)) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    # Rounding may shift the image by a pixel, so the most similar position counts.
    difference = min(np.abs(rendered.numpy() - image).mean() / 255 for image in neighbours)
    assert difference < 0.02  # lines half a pixel wider differ by 0.03
    assert rendered.max() > 250


def draw_large(points: np.ndarray, width: float) -> np.ndarray:
    """Draw the same strokes on a canvas where the box is 240 pixels, simply as a disc around many points."""
    scale = 240 / 20
    placed = (points + 1) / 2 * (20 - width) * scale + 150
    y, x = np.mgrid[:560, :560]
    near = np.full((560, 560), np.inf)
    for start, end in pairwise(placed):
        if np.linalg.norm(end - start) < 30:
            for share in np.linspace(0, 1, 4):
                centre = start + share * (end - start)
                near = np.minimum(near, (x - centre[0]) ** 2 + (y - centre[1]) ** 2)
    return (np.sqrt(near) < width * scale / 2).astype(np.float32)


def test_a_character_is_written_differently_each_time() -> None:
    points, stroke_of = (
        torch.from_numpy(array)[None].expand(8, *array.shape) for array in resample(pen_character().strokes)
    )
    drawn = Pen()(points, stroke_of, seeded())
    assert drawn.shape == (8, 28, 28)
    assert len({image.numpy().tobytes() for image in drawn}) == 8
    centre = mean_centre(drawn)
    assert float((centre - 14).abs().max()) < 2.5


def test_the_pen_is_never_thicker_than_asked() -> None:
    points, stroke_of = (
        torch.from_numpy(array)[None].expand(32, *array.shape)
        for array in resample([np.array([[0, 0], [0, 999]], np.float32)])
    )
    straight = Pen(0, 0, 0, 0, 0, thickest_px=3.0)(points, stroke_of, seeded())
    widths = straight[:, 14].sum(1) / 255
    assert 1.5 < float(widths.min()) < float(widths.max()) < 3.2
