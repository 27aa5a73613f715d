"""RapidOCR in an environment of its own: installs it once, and passes pictures to it."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from benchmarks.pages.answer import Answer, make_text_answer
from benchmarks.pages.truth import DIGITS, SEPARATORS, Sign
from benchmarks.servers import ENVIRONMENTS

ENVIRONMENT = ENVIRONMENTS / "rapidocr"
KEPT = ENVIRONMENT / "answers"
PACKAGES = ["rapidocr==3.10.0", "onnxruntime==1.32.0"]  # the wheel of rapidocr holds the networks (PP-OCRv6, small)
SCRIPT = Path(__file__).with_name("rapidocr_reader.py")


def install() -> None:
    """Create the environment, unless it exists. CalledProcessError if a package can't be installed."""
    python = ENVIRONMENT / "bin" / "python"
    if python.exists() and not subprocess.run([python, "-c", "import rapidocr"], capture_output=True).returncode:
        return
    print("installing rapidocr ...", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)


def read_with_rapidocr(pictures: Sequence[Path], *, as_line: bool = False) -> Iterator[Answer]:
    """The answer to each picture, in order. `as_line` takes each for one line of text. RuntimeError if it fails.

    RapidOCR takes minutes and never changes, so its answers are kept. A picture that it answered before, with the time
    that it took then, is not read again.
    """
    kept = [find_kept(picture, as_line=as_line) for picture in pictures]
    missing = [index for index, path in enumerate(kept) if not path.exists()]
    if missing:
        KEPT.mkdir(exist_ok=True)
        for index, line in zip(missing, _run([pictures[index] for index in missing], as_line=as_line), strict=True):
            kept[index].write_text(line)
    yield from (parse_answer(path.read_text()) for path in kept)


def find_kept(picture: Path, *, as_line: bool) -> Path:
    """Where the answer to that picture is kept."""
    content = picture.read_bytes() + SCRIPT.read_bytes() + " ".join(PACKAGES).encode()
    return KEPT / f"{sha256(content).hexdigest()}-{'line' if as_line else 'page'}.json"


def _run(pictures: Sequence[Path], *, as_line: bool) -> Iterator[str]:
    """Lines of the script's output, one for each picture, as they come."""
    command = [str(ENVIRONMENT / "bin" / "python"), str(SCRIPT), *(["--line"] if as_line else [])]
    with tempfile.TemporaryFile("w+") as names:
        names.writelines(f"{picture.resolve()}\n" for picture in pictures)
        names.seek(0)
        with subprocess.Popen(command, stdin=names, stdout=subprocess.PIPE, text=True) as process:
            yield from process.stdout or ()
    if process.returncode:
        raise RuntimeError("RapidOCR failed.")


def parse_answer(line: str) -> Answer:
    """One line of the script's output."""
    answer = json.loads(line)
    lines = [
        (
            each["text"],
            tuple(Sign(sign[0], tuple(sign[1:])) for sign in each["signs"] if sign[0] in DIGITS + SEPARATORS),
        )
        for each in answer["lines"]
    ]
    return make_text_answer(lines, answer["ms"])
