"""A rectangle of whole pixels, which says where a piece of ink or a digit lies."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PixelBox:
    """Pixel coordinates, at least one pixel wide and high. `right` and `bottom` are the first pixels outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """At least 1."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """At least 1."""
        return self.bottom - self.top

    @property
    def longer_side(self) -> int:
        """The larger of width and height."""
        return max(self.width, self.height)

    def join(self, other: "PixelBox") -> "PixelBox":
        """The smallest box that contains both boxes."""
        return PixelBox(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )
