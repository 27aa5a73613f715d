"""RapidOCR in an environment of its own: installs it once, and passes pictures to it."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.pages.answer import Answer, make_text_answer
from benchmarks.pages.truth import DIGITS, SEPARATORS, Sign
from benchmarks.servers import ENVIRONMENTS

ENVIRONMENT = ENVIRONMENTS / "rapidocr"
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
    """The answer to each picture, in order. `as_line` takes each for one line of text. RuntimeError if it fails."""
    command = [str(ENVIRONMENT / "bin" / "python"), str(SCRIPT), *(["--line"] if as_line else [])]
    with tempfile.TemporaryFile("w+") as names:
        names.writelines(f"{picture.resolve()}\n" for picture in pictures)
        names.seek(0)
        with subprocess.Popen(command, stdin=names, stdout=subprocess.PIPE, text=True) as process:
            yield from map(parse_answer, process.stdout or ())
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
