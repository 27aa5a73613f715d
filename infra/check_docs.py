"""`python -m infra.check_docs` prints every problem in README and docs. The exit code is 1 if there is one.

It reports dead links, names of files, modules and make targets that do not exist, guillemets, and code blocks that do
not say how they are tested.
"""

import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from infra.markdown_pages import MarkdownPage, list_pages

REPOSITORY = Path(__file__).resolve().parents[1]
PROGRAMS = {"sh", "bash", "shell", "console", "python"}  # languages of the blocks that need one of these markers:
MARKERS = ("run", "stack", "needs-cluster", "needs-data", "needs-docker", "needs-gpu", "needs-install")

PATH = re.compile(r"(?<![\w./:-])(?:services|shared|training|infra|tests|docs|benchmarks|models)/[\w./*<>{},…-]*")
PLACEHOLDER = re.compile(r"<[^>]*>|\{[^}]*\}|…|\.\.\.")
MODULE = re.compile(r"python3? -m ([A-Za-z_][\w.]*)")
TARGET = re.compile(r"(?:^|[;&|(]|\w=\S*) *make +([a-z][a-z-]*)")
MAKEFILE_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
GUILLEMETS = "\u00ab\u00bb"

Problems = Iterator[tuple[int, str]]  # line number and sentence


def check_links(page: MarkdownPage) -> Problems:
    """Find links without a target. Links to other sites are not checked."""
    for line, address in page.find_links():
        link = urlsplit(address)
        if link.scheme or link.netloc:
            continue
        target = page.path.parent / unquote(link.path) if link.path else page.path
        if not target.exists():
            yield line, f"the link {address} leads to no file"
        elif link.fragment and target.suffix == ".md" and link.fragment not in MarkdownPage(target).find_anchors():
            yield line, f"the link {address} leads to no heading"


def check_names(page: MarkdownPage, root: Path) -> Problems:
    """Find files, modules and make targets that code names and that do not exist."""
    targets = set(MAKEFILE_TARGET.findall((root / "Makefile").read_text()))
    for line, text in page.find_code():
        for path in PATH.findall(text):
            if not any(root.glob(PLACEHOLDER.sub("*", path).rstrip("/.,-"))):
                yield line, f"there is no file or folder {path}"
        yield from ((line, f"there is no module {name}") for name in MODULE.findall(text) if not is_module(name, root))
        yield from ((line, f"there is no `make {name}`") for name in TARGET.findall(text) if name not in targets)


def is_module(name: str, root: Path) -> bool:
    """Return whether `python -m name` can work. It looks at file names only, because importing would take seconds."""
    path = root.joinpath(*name.split("."))
    if (root / name.split(".")[0]).is_dir():
        return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
    return find_spec(name.split(".")[0]) is not None


def check_blocks(page: MarkdownPage) -> Problems:
    """Find code blocks that do not say how they are tested."""
    for block in page.find_blocks():
        if not block.language:
            yield block.line, "this code block has no language; fence it as ```text if it is no program"
        elif block.language in PROGRAMS and block.marker not in MARKERS:
            yield block.line, f"this {block.language} block needs one of these markers: {', '.join(MARKERS)}"


def check_quotes(page: MarkdownPage) -> Problems:
    """Find guillemets."""
    for line, text in enumerate(page.text.splitlines(), 1):
        if set(text) & set(GUILLEMETS):
            yield line, "write straight quotes or backticks in place of guillemets"


def check_makefile(root: Path) -> list[str]:
    """Find modules that the Makefile runs and that do not exist."""
    names = MODULE.findall((root / "Makefile").read_text().replace("$(BIN)/", "").replace("$(PYTHON)", "python"))
    return [f"Makefile: there is no module {name}" for name in names if not is_module(name, root)]


def find_problems(root: Path) -> list[str]:
    """Return `page:line: problem` for all pages of the repository at `root`, and the problems of its Makefile."""
    problems = check_makefile(root)
    for path in list_pages(root):
        page = MarkdownPage(path)
        found = [*check_links(page), *check_names(page, root), *check_blocks(page), *check_quotes(page)]
        problems += [f"{path.relative_to(root)}:{line}: {sentence}" for line, sentence in sorted(found)]
    return problems


def main() -> int:
    """Print the problems. Return the exit code."""
    problems = find_problems(REPOSITORY)
    for problem in problems:
        print(problem)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
