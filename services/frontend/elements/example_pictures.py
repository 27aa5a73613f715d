"""The pictures on the buttons of examples, as a style, so that a page needs no request for each of them.

`python -m training.rendering.examples` makes the files.
"""

from collections.abc import Iterable
from pathlib import Path

from services.frontend.elements.data_uri import write_data_uri

FOLDER = Path(__file__).parent / "example_pictures"
FORMATS = {".svg": "SVG+XML", ".webp": "WEBP"}


def write_style(names: Iterable[str]) -> str:
    """A style for the buttons with the keys `example-<name>`."""
    return f"<style>{''.join(map(_write_rule, names))}</style>"


def _write_rule(name: str) -> str:
    (file,) = FOLDER.glob(f"{name}.*")
    picture = write_data_uri(file.read_bytes(), FORMATS[file.suffix])
    return f".st-key-example-{name} button{{background-image:url({picture})}}"
