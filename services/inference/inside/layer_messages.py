"""The values of each layer → the layers of the message Inside."""

from base64 import b64encode
from dataclasses import dataclass

import numpy as np

from services.inference.inside.plain_network import PlainNetwork
from services.inference.inside.steps import Convolution, Dense, MaxPool, Values
from shared.contracts.inside import ConvolutionLayer, DenseLayer, FeatureMap, Filter, Layer, OutputLayer
from shared.recognition.calibration import Calibration

SHOWN_FILTERS = 3  # of a map: those with the largest weights


@dataclass(frozen=True)
class View:
    """Which pixels of the image the values of a layer look at, see ConvolutionLayer."""

    stride: int = 1
    start: int = 0
    reach: int = 1

    def through(self, side: int, padding: int = 0, stride: int = 1) -> "View":
        """The view of a layer that looks at squares of `side` values of this one."""
        return View(self.stride * stride, self.start - self.stride * padding, self.reach + self.stride * (side - 1))


def describe_layers(network: PlainNetwork, values: list[Values], calibration: Calibration) -> list[Layer]:
    """`values` are what `network.run` gave → a message for each layer that has weights."""
    layers: list[Layer] = []
    view = View()
    last = len(network.steps) - 1
    for place, (step, name) in enumerate(zip(network.steps, network.names, strict=True)):
        match step:
            case MaxPool():
                view = view.through(2, stride=2)
            case Convolution():
                view = view.through(step.weight.shape[-1], step.padding)
                layers.append(_describe_convolution(name, step, values[place + 2], view))
            case Dense() if place < last:
                following = network.steps[place + 2]
                votes_with = following if place + 2 == last and isinstance(following, Dense) else None
                layers.append(_describe_dense(name, values[place + 2], votes_with))
            case Dense():
                layers.append(_describe_outputs(name, values[-1], calibration))
    return layers


def _describe_convolution(name: str, step: Convolution, maps: Values, view: View) -> ConvolutionLayer:
    """`maps` (C, H, W) are the values after the ReLU."""
    peaks = maps.max(axis=(1, 2))
    strongest = max(float(peaks.max()), 1e-9)
    _, rows, columns = maps.shape
    return ConvolutionLayer(
        name=name,
        rows=rows,
        columns=columns,
        values=b64encode(np.rint(maps / strongest * 255).astype(np.uint8)),
        maps=[
            FeatureMap(strength=round(float(peak) / strongest, 3), filters=filters)
            for peak, filters in zip(peaks, describe_filters(step.weight), strict=True)
        ],
        filter_side=step.weight.shape[-1],
        stride=view.stride,
        start=view.start,
        reach=view.reach,
    )


def describe_filters(weight: Values) -> list[list[Filter]]:
    """(out, in, k, k) → for each output the filters with the largest weights, the largest first."""
    signed = np.rint(weight / np.abs(weight).max() * 127).astype(np.int8)
    sources = np.argsort(-np.abs(weight).sum(axis=(2, 3)), axis=1, kind="stable")[:, :SHOWN_FILTERS]
    return [
        [Filter(source=int(source), weights=b64encode(filters[source])) for source in chosen]
        for filters, chosen in zip(signed, sources, strict=True)
    ]


def _describe_dense(name: str, values: Values, votes_with: Dense | None) -> DenseLayer:
    votes = None if votes_with is None else (votes_with.weight * values).round(3).tolist()
    return DenseLayer(name=name, values=values.round(3).tolist(), votes=votes)


def _describe_outputs(name: str, logits: Values, calibration: Calibration) -> OutputLayer:
    probabilities = calibration.probabilities(logits[None])[0]
    return OutputLayer(name=name, logits=logits.round(3).tolist(), probabilities=probabilities.tolist())
