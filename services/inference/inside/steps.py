"""The steps of a network for one image, in numpy: each runs forwards, and sends a gradient backwards to its input.

The engines give only the answer of a network, and the container image for a processor has no torch. What is between
the image and the answer, and in which direction a change of the image moves the answer, is computed here.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Values = NDArray[np.float32]  # (C, H, W), or (N,) after a dense step


class Step(Protocol):
    """One step. Both methods take the values of one image."""

    def forward(self, values: Values) -> Values:
        """What the step makes of its input."""

    def backward(self, values: Values, gradient: Values) -> Values:
        """Its input and the gradient of its output → the gradient of its input, in the shape of that."""


@dataclass(frozen=True)
class Convolution:
    """`weight` (out, in, k, k) and `bias` (out,), with `padding` zeros on each side."""

    weight: Values
    bias: Values
    padding: int = 0

    def forward(self, values: Values) -> Values:
        """(in, H, W) → (out, H', W')."""
        return correlate(_pad(values, self.padding), self.weight) + self.bias[:, None, None]

    def backward(self, values: Values, gradient: Values) -> Values:
        """The correlation with the same filters, turned by 180 degrees."""
        turned = self.weight.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
        whole = correlate(_pad(gradient, self.weight.shape[-1] - 1), turned)
        top, (rows, columns) = self.padding, values.shape[1:]
        return whole[:, top : top + rows, top : top + columns]


@dataclass(frozen=True)
class Dense:
    """`weight` (out, in) and `bias` (out,)."""

    weight: Values
    bias: Values

    def forward(self, values: Values) -> Values:
        """Any shape with `in` values → (out,)."""
        return np.asarray(self.weight @ values.ravel() + self.bias)

    def backward(self, values: Values, gradient: Values) -> Values:
        """(out,) → the shape of `values`."""
        return np.asarray(gradient @ self.weight).reshape(values.shape)


class Relu:
    """Negative values become 0."""

    def forward(self, values: Values) -> Values:
        """Any shape."""
        return values.clip(0)

    def backward(self, values: Values, gradient: Values) -> Values:
        """Only positive values pass a gradient on."""
        return gradient * (values > 0)


class MaxPool:
    """The largest value of each square of 2×2. The number of rows and columns is even."""

    def forward(self, values: Values) -> Values:
        """(C, H, W) → (C, H/2, W/2)."""
        return np.asarray(_split_squares(values).max(axis=-1))

    def backward(self, values: Values, gradient: Values) -> Values:
        """The first of the largest values of a square gets its gradient."""
        squares = _split_squares(values)  # (C, H/2, W/2, 4)
        shared = np.zeros_like(squares)
        np.put_along_axis(shared, squares.argmax(axis=-1)[..., None], gradient[..., None], axis=-1)
        channels, rows, columns = gradient.shape
        return shared.reshape(channels, rows, columns, 2, 2).transpose(0, 1, 3, 2, 4).reshape(values.shape)


def correlate(values: Values, weight: Values) -> Values:
    """(in, H, W) with filters (out, in, k, k) → (out, H−k+1, W−k+1)."""
    side = weight.shape[-1]
    windows = sliding_window_view(values, (side, side), axis=(1, 2))  # (in, H', W', k, k)
    rows, columns = windows.shape[1:3]
    patches = windows.transpose(0, 3, 4, 1, 2).reshape(-1, rows * columns)  # (in·k·k, H'·W')
    return np.asarray(weight.reshape(len(weight), -1) @ patches).reshape(-1, rows, columns)


def _pad(values: Values, width: int) -> Values:
    return np.pad(values, ((0, 0), (width, width), (width, width))) if width else values


def _split_squares(values: Values) -> Values:
    channels, rows, columns = values.shape
    squares = values.reshape(channels, rows // 2, 2, columns // 2, 2).transpose(0, 1, 3, 2, 4)
    return squares.reshape(channels, rows // 2, columns // 2, 4)
