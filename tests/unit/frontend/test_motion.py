"""The page comes to rest: an animation without end takes processor time for as long as the page is open."""

import re
from pathlib import Path

FRONTEND = Path(__file__).parents[3] / "services" / "frontend"
ENDLESS = re.compile(r"\binfinite\b|repeatCount=.indefinite")


def test_no_animation_of_the_page_is_endless() -> None:
    files = [path for kind in ("css", "svg", "js", "html") for path in FRONTEND.rglob(f"*.{kind}")]
    assert any("animation:" in path.read_text() for path in files)
    assert [path.name for path in files if ENDLESS.search(path.read_text())] == []
