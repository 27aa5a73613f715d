"""The scripts of Streamlit's page that every page of Slate needs after its first run, so that they come before it.

Streamlit loads the script of each kind of element when the first such element comes, and shows a grey bar of another
height until then. With the scripts there already, hardly anything moves, and the page is complete earlier.
"""

import re
from pathlib import Path

import streamlit

SCRIPTS = Path(streamlit.__file__).parent / "static" / "static" / "js"
KINDS = ("Html", "Button", "BidiComponent")
IMPORT = re.compile(r'from"\./([^"]+\.js)"')


def list_early_scripts(folder: Path = SCRIPTS, kinds: tuple[str, ...] = KINDS) -> list[str]:
    """The names of their files, and of those that they import. A kind that Streamlit no longer has is left out."""
    found: list[str] = []
    waiting = [file.name for kind in kinds for file in sorted(folder.glob(f"{kind}.*.js"))]
    while waiting:
        name = waiting.pop(0)
        if name not in found and (folder / name).is_file():
            found.append(name)
            waiting += IMPORT.findall((folder / name).read_text())
    return found


def write_preloads(page: bytes, names: list[str]) -> bytes:
    """The lines for the head of the page, for those scripts that it does not name yet."""
    new = [name for name in names if name.encode() not in page]
    return "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in new).encode()
