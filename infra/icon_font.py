"""`python -m infra.icon_font` writes services/frontend/static/icons.woff: the icons that the page shows, and no others.

Streamlit's own font holds all 4,000 icons of Material Symbols, 375 kB. Ours holds those that are named in the code of
the page and in Streamlit's own page. Run it after a new `:material/name:` or a new Streamlit; a test says when. It
needs the package brotli, which nothing else in Slate needs: `.venv/bin/python -m pip install brotli`.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import streamlit
from fontTools import subset
from fontTools.ttLib import TTFont

FRONTEND = Path(__file__).parents[1] / "services" / "frontend"
OURS = FRONTEND / "static" / "icons.woff"
STREAMLIT = Path(streamlit.__file__).parent / "static" / "static"
NAME = re.compile(r":material/([a-z0-9_]+):")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


def main() -> None:
    """Write the font."""
    names = find_our_names()
    font = TTFont(next(STREAMLIT.glob("media/MaterialSymbols-Rounded*.woff2")))
    icons = map_icons(font)
    if missing := sorted(names - icons.keys()):
        raise SystemExit(f"Material Symbols has no {', '.join(missing)}.")
    names |= find_names_of_streamlit() & icons.keys()  # it has an icon or two that are drawn otherwise
    keep(font, [icons[name] for name in names])
    font.flavor = "woff"
    font.save(OURS)
    print(f"{OURS}: {len(names)} icons, {OURS.stat().st_size / 1000:.0f} kB")


def find_our_names() -> set[str]:
    """The icons that the code of the page names."""
    return find_names([*FRONTEND.rglob("*.py"), *FRONTEND.rglob("*.js")])


def find_names_of_streamlit() -> set[str]:
    """The icons that Streamlit's own page names."""
    return find_names(STREAMLIT.glob("js/*.js"))


def find_names(files: Iterable[Path]) -> set[str]:
    """The icons that the files name."""
    return {name for file in files for name in NAME.findall(file.read_text())}


def map_icons(font: TTFont) -> dict[str, str]:
    """Name of an icon → name of its glyph, which is the ligature of the letters of that name."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    tables = [each for lookup in font["GSUB"].table.LookupList.Lookup for each in lookup.SubTable]
    ligatures = [getattr(table, "ExtSubTable", table) for table in tables]
    return {
        "".join(letters.get(glyph, "?") for glyph in (first, *ligature.Component)): ligature.LigGlyph
        for table in ligatures
        for first, following in getattr(table, "ligatures", {}).items()
        for ligature in following
    }


def keep(font: TTFont, glyphs: Iterable[str]) -> None:
    """Removes every icon but these."""
    options = subset.Options(layout_closure=False, layout_features=["*"], glyph_names=False, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(glyphs=list(glyphs), text=LETTERS)
    subsetter.subset(font)


if __name__ == "__main__":
    main()
