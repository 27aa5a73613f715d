"""Grey levels of a page → the digits and separators on it, found by the reader network.

The network sees digits 12 to 44 pixels high. So it looks at copies of the page, each twice as large as another one: at
those up to USUAL_SIDE, except for one that is left out if it can show no digit better than its neighbours, and at
larger ones where the copy before showed digits that are too small. Digits that are found on several copies are the same
digit if their boxes overlap; the surest counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.page.maps import MAPS, MULTIPLE, SEPARATORS, STRIDE
from shared.recognition.page.mark import Mark
from shared.recognition.page.pixel_box import PixelBox

Grey = NDArray[np.uint8]  # (H, W)
PageMaps = NDArray[np.float32]  # (25, H / 4, W / 4)
Corner = tuple[int, int]  # top and left of a tile, in pixels of a copy
ComputeMaps = Callable[[Grey], PageMaps]  # H and W are multiples of MULTIPLE

USUAL_SIDE = 640  # pixels: the longer side of the largest copy that is always looked at
LEAST_SIDE = 16  # pixels: copies with a shorter longer side show nothing, unless the page itself is that small
MOST_ENLARGED = 2.0
TILE = 576  # pixels: larger copies are looked at in tiles
TILE_OVERLAP = 64
WHOLE_TILE = TILE + TILE_OVERLAP
MOST_TILES = 10  # of larger copies: each takes as long as the largest copy that is always looked at
BORDERED_SIDE = 320  # pixels: copies up to this size get a border of paper, because a digit may fill all of the page
BORDER = 16  # pixels
SMALLER = (16, 8, 4, 2)  # copies that are this many times smaller than the usual one: a digit may fill the page
HALF = 2  # this one is left out if the two beside it show digits, but none of the heights below
LEAST_HALF, MOST_HALF = 30, 64  # pixels of the usual copy: other digits are seen as well on the copies beside it
LEAST_SEEN = 0.3  # score of a digit that may be one
HIGHEST_ENLARGED = 32.0  # pixels of a larger copy: digits that are higher were large enough on the copy before
SMALL_DIGITS = 0.4  # chance of digits that are too small, above which a larger copy is looked at
LEAST_SCORE = 0.1  # of candidates; whoever reads the page applies its own thresholds
MOST_CANDIDATES = 4000  # per tile
MOST_MERGED = 8000  # of a page, because each is compared with all before it; 1,000 digits have about 3,000
LEAST_SIZE = 0.5  # pixels of the page: narrower boxes lie outside of it
LEAST_PROBABILITY = 1e-3  # a copy that rules a digit out may be wrong
ALIKE = 0.6  # least share of the sides of two boxes of the same digit
DIGIT = 0  # kind of a candidate; the other kind is a separator
SAME_PLACE = 0.45  # intersection over the smaller box: digits that overlap more are one digit


@dataclass
class Candidates:
    """N possible marks. `boxes` (N, 4): left, top, right, bottom in pixels of the page."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    kinds: NDArray[np.intp]  # (N,): 0 a digit, 1 a separator
    probabilities: NDArray[np.float32]  # (N, 10) of a digit
    separators: NDArray[np.intp]  # (N,): index into SEPARATORS


@dataclass(frozen=True)
class Found:
    """The marks of a page, and how much speaks for each orientation: upright, and turned by 90, 180, 270 degrees."""

    marks: list[Mark]
    orientations: NDArray[np.float64]  # (4,)


def find_marks(page: Grey, compute_maps: ComputeMaps) -> Found:
    """All marks with a score of at least LEAST_SCORE, the surest first. `page` (H, W) is upright."""
    search = _Search(compute_maps)
    usual = min(1.0, USUAL_SIDE / max(page.shape))
    usual_copy = _resize(page, usual)
    smaller = [times for times in SMALLER if max(usual_copy.shape) >= LEAST_SIDE * times]
    for times in smaller:
        if times != HALF:
            search.look_at(_resize(usual_copy, 1 / times), usual / times)
    wanted = search.look_at(usual_copy, usual)
    neighbours_show_all = len(smaller) > 1 and search.has_digits_outside(LEAST_HALF / usual, MOST_HALF / usual)
    if HALF in smaller and not neighbours_show_all:
        search.look_at(_resize(usual_copy, 1 / HALF), usual / HALF)
    scale, left = 2 * usual, MOST_TILES
    while scale <= MOST_ENLARGED and wanted.any() and left > 0:
        copy = _resize(page, scale)
        tiles = _list_tiles(copy.shape, wanted)[:left]
        left -= len(tiles)
        wanted = search.look_at(copy, scale, tiles, highest=HIGHEST_ENLARGED / scale)
        scale *= 2
    return Found(_merge(search.found, page.shape), search.orientations)


class _Search:
    """What the copies of a page have shown so far."""

    def __init__(self, compute_maps: ComputeMaps) -> None:
        self.found: list[Candidates] = []
        self.orientations = np.zeros(4)
        self._compute_maps = compute_maps

    def look_at(self, copy: Grey, scale: float, tiles: Sequence[Corner] | None = None, highest: float = np.inf) -> Grey:
        """Find candidates up to `highest` pixels of the page → cells where digits are too small on this copy.

        `scale` is pixels of the copy for each pixel of the page; without `tiles` all of the copy is looked at.
        """
        small = np.zeros((-(-copy.shape[0] // STRIDE), -(-copy.shape[1] // STRIDE)), np.uint8)
        for tile in _list_tiles(copy.shape, None) if tiles is None else tiles:
            maps = _compute_tile(copy, tile, self._compute_maps)
            self.found.append(_drop_high(_list_peaks(maps, tile, scale), highest))
            self.orientations += _count_votes(maps)
            _note_small(maps, tile, small)
        return small

    def has_digits_outside(self, least: float, most: float) -> bool:
        """Whether digits seem to be on the page, and none of them is `least` to `most` pixels of the page high."""
        seen = [(each.scores >= LEAST_SEEN) & (each.kinds == DIGIT) for each in self.found]
        heights = np.concatenate(
            [_measure_heights(each)[chosen] for each, chosen in zip(self.found, seen, strict=True)]
        )
        return heights.size > 0 and not ((heights >= least) & (heights <= most)).any()


def _resize(page: Grey, scale: float) -> Grey:
    """A copy of the page, at least one pixel in each direction."""
    if scale == 1:
        return page
    size = (max(1, round(page.shape[1] * scale)), max(1, round(page.shape[0] * scale)))
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)


def _list_tiles(shape: tuple[int, ...], wanted: Grey | None) -> list[Corner]:
    """The corners (top, left) of tiles that cover a copy: all, or those with cells set in `wanted`, the most first.

    `wanted` covers the whole copy at another scale.
    """
    tiles = [(top, left) for top in _split(shape[0]) for left in _split(shape[1])]
    if wanted is None:
        return tiles
    down, across = wanted.shape[0] / shape[0], wanted.shape[1] / shape[1]

    def count(tile: Corner) -> int:
        top, left = int(tile[0] * down), int(tile[1] * across)
        bottom, right = np.ceil((tile[0] + WHOLE_TILE) * down), np.ceil((tile[1] + WHOLE_TILE) * across)
        return cv2.countNonZero(np.ascontiguousarray(wanted[top : int(bottom), left : int(right)]))

    counted = [(count(tile), tile) for tile in tiles]
    return [tile for cells, tile in sorted(counted, key=lambda each: -each[0]) if cells]


def _split(length: int) -> range:
    """Where tiles begin along one side."""
    return range(0, max(1, length - TILE_OVERLAP), TILE)


def _compute_tile(copy: Grey, tile: Corner, compute_maps: ComputeMaps) -> PageMaps:
    """The maps of a tile, without the border and the padding that the network needs."""
    pixels = copy[tile[0] : tile[0] + WHOLE_TILE, tile[1] : tile[1] + WHOLE_TILE]
    border = BORDER if max(copy.shape) <= BORDERED_SIDE else 0
    maps = compute_maps(_pad(_add_paper(pixels, border)))
    first, rows, columns = border // STRIDE, -(-pixels.shape[0] // STRIDE), -(-pixels.shape[1] // STRIDE)
    return maps[:, first : first + rows, first : first + columns]


def _add_paper(pixels: Grey, border: int) -> Grey:
    """The pixels with a border of their median level, which is the paper's."""
    if not border:
        return pixels
    paper = int(np.median(pixels))
    return np.asarray(
        cv2.copyMakeBorder(pixels, border, border, border, border, cv2.BORDER_CONSTANT, value=paper), np.uint8
    )


def _note_small(maps: PageMaps, tile: Corner, wanted: Grey) -> None:
    """Set the cells of `wanted`, which covers the whole copy, where the tile shows digits that are too small."""
    small = maps[MAPS.small][0] > _to_logit(SMALL_DIGITS)
    top, left = tile[0] // STRIDE, tile[1] // STRIDE
    here = wanted[top : top + small.shape[0], left : left + small.shape[1]]
    np.maximum(here, small[: here.shape[0], : here.shape[1]], out=here)


def _pad(tile: Grey) -> Grey:
    """Repeat the last pixels until both sides are multiples of MULTIPLE."""
    height, width = tile.shape
    below, right = -height % MULTIPLE, -width % MULTIPLE
    if not (below or right):
        return np.ascontiguousarray(tile)
    return np.asarray(cv2.copyMakeBorder(tile, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8)


def _list_peaks(maps: PageMaps, tile: Corner, scale: float) -> Candidates:
    """Cells that are the highest of their neighbours in a map of centres."""
    boxes, scores, kinds, probabilities, separators = [], [], [], [], []
    for kind, heat in enumerate(maps[MAPS.centre]):
        peak = (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8))) & (heat > _to_logit(LEAST_SCORE))
        y, x = np.nonzero(peak)
        if len(y) > MOST_CANDIDATES:
            surest = np.argsort(-heat[y, x], kind="stable")[:MOST_CANDIDATES]
            y, x = y[surest], x[surest]
        dx, dy, log_width, log_height = maps[MAPS.place][:, y, x]
        cx, cy = (x + 0.5 + dx) * STRIDE + tile[1], (y + 0.5 + dy) * STRIDE + tile[0]
        half_w, half_h = np.exp(log_width.clip(-1, 6)) / 2, np.exp(log_height.clip(-1, 6)) / 2
        boxes.append(np.stack([cx - half_w, cy - half_h, cx + half_w, cy + half_h], 1) / scale)
        scores.append(1 / (1 + np.exp(-heat[y, x])))
        kinds.append(np.full(len(y), kind))
        probabilities.append(_softmax(maps[MAPS.digit][:, y, x].T))
        separators.append(maps[MAPS.separator][:, y, x].argmax(axis=0))
    return Candidates(*(np.concatenate(each) for each in (boxes, scores, kinds, probabilities, separators)))


def _measure_heights(candidates: Candidates) -> NDArray[np.float32]:
    """(N,): pixels of the page."""
    return candidates.boxes[:, 3] - candidates.boxes[:, 1]


def _drop_high(candidates: Candidates, highest: float) -> Candidates:
    """Only those that are at most `highest` pixels of the page high. Higher ones are seen better on a smaller copy."""
    low = _measure_heights(candidates) <= highest
    return Candidates(*(getattr(candidates, field.name)[low] for field in fields(Candidates)))


def _count_votes(maps: PageMaps) -> NDArray[np.float64]:
    """How many digits seem to stand upright, and turned by 90, 180 and 270 degrees: sums of the chances at peaks."""
    heats = np.concatenate([maps[:1], maps[MAPS.turned]])
    votes = np.zeros(4)
    for index, heat in enumerate(heats):
        peak = (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8))) & (heat > 0)
        votes[index] = (1 / (1 + np.exp(-heat[peak]))).sum()
    return votes


def _merge(found: list[Candidates], shape: tuple[int, ...]) -> list[Mark]:
    """All candidates → marks. Of those in the same place the surest counts; what the others see adds to its digit."""
    if not found:
        return []
    boxes, scores, kinds, probabilities, separators = (
        np.concatenate([getattr(each, name) for each in found])
        for name in ("boxes", "scores", "kinds", "probabilities", "separators")
    )
    boxes = np.clip(boxes, 0, np.array([shape[1], shape[0]] * 2))
    evidence = np.log(np.maximum(probabilities, LEAST_PROBABILITY)) * scores[:, None]
    kept: list[int] = []
    kept_boxes = np.empty((len(scores), 4), np.float32)
    for index in np.argsort(-scores, kind="stable")[:MOST_MERGED].tolist():
        box = boxes[index]
        if box[2] - box[0] < LEAST_SIZE or box[3] - box[1] < LEAST_SIZE:
            continue
        shares = _measure_overlaps(box, kept_boxes[: len(kept)])
        if shares.max(initial=0) <= SAME_PLACE:
            kept_boxes[len(kept)] = box
            kept.append(index)
            continue
        place = int(shares.argmax())
        if kinds[kept[place]] == kinds[index] == DIGIT and _are_alike(box, kept_boxes[place]):
            evidence[kept[place]] += evidence[index]
    together = _softmax(evidence[kept] / np.maximum(1e-6, scores[kept])[:, None]) if kept else probabilities[:0]
    return [
        _make_mark(boxes[index], scores[index], kinds[index], together[place], separators[index], shape)
        for place, index in enumerate(kept)
    ]


def _measure_overlaps(box: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,): what the box shares with each of the others (N, 4), as a share of the smaller one of both."""
    across = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    down = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.maximum(across, 0) * np.maximum(down, 0)
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    return np.asarray(shared / np.minimum(areas, (box[2] - box[0]) * (box[3] - box[1])), np.float32)


def _are_alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Whether both boxes have about the same size, so that they are the same digit and not a part of it."""
    sizes = np.array([one[2:] - one[:2], other[2:] - other[:2]])
    return bool((sizes.min(axis=0) > ALIKE * sizes.max(axis=0)).all())


def _make_mark(
    box: NDArray[np.float32],
    score: float,
    kind: int,
    probabilities: NDArray[np.float32],
    separator: int,
    shape: tuple[int, ...],
) -> Mark:
    left, top = min(int(box[0]), shape[1] - 1), min(int(box[1]), shape[0] - 1)
    pixels = PixelBox(left, top, max(left + 1, int(np.ceil(box[2]))), max(top + 1, int(np.ceil(box[3]))))
    if kind != DIGIT:
        return Mark(pixels, SEPARATORS[separator], float(score), None)
    return Mark(pixels, str(int(probabilities.argmax())), float(score), probabilities)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 10) → rows that sum to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _to_logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))
