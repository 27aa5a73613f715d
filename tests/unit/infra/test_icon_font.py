import re

from fontTools.ttLib import TTFont

from infra.icon_font import FRONTEND, OURS, find_names_of_streamlit, find_our_names, map_icons

ICONS = map_icons(TTFont(OURS)).keys()


def test_every_icon_of_the_page_is_in_its_font() -> None:
    assert not find_our_names() - ICONS, "run `python -m infra.icon_font`"


def test_every_icon_is_named_as_a_whole_so_that_its_font_can_be_checked() -> None:
    composed = re.compile(r":material/[^a-z]")
    found = [file.name for file in FRONTEND.rglob("*.py") if composed.search(file.read_text())]
    assert not found, "an icon that is not in the font is shown as its name in letters"


def test_the_icons_that_streamlit_shows_by_itself_are_in_the_font() -> None:
    assert {
        "close",
        "upload",
        "menu",
        "check",
        "expand_more",
        "keyboard_double_arrow_right",
    } <= find_names_of_streamlit()
    assert len(find_names_of_streamlit() - ICONS) <= 2, "run `python -m infra.icon_font`"
