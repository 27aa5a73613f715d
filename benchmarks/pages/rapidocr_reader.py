"""Reads pictures with RapidOCR: file names in, one a line → answers as JSON lines.

It runs in an environment of its own (`benchmarks/pages/peer.py`) and imports nothing of this project. With `--line` it
takes each picture for one line of text, without looking for lines. One thread. `ms` is processor time.
"""

import json
import sys
import time
from typing import Any

from rapidocr import RapidOCR  # type: ignore[import-not-found,unused-ignore]

ONE_THREAD = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}


def main() -> None:
    """Answer each line of the input."""
    engine = RapidOCR(params={**ONE_THREAD, "Global.log_level": "error"})
    read = read_line if "--line" in sys.argv else read_page
    for name in sys.stdin:
        started = time.process_time()
        lines = read(engine, name.rstrip("\n"))
        answer = {"ms": (time.process_time() - started) * 1000, "lines": lines}
        print(json.dumps(answer), flush=True)


def read_page(engine: Any, name: str) -> list[dict[str, Any]]:
    """Each line's text, and its signs with the box around each: left, top, right, bottom."""
    found = engine(name, return_word_box=True, return_single_char_box=True)
    if not found.txts:
        return []
    return [
        {"text": text, "signs": [[sign, *bound(corners)] for sign, _, corners in signs]}
        for text, signs in zip(found.txts, found.word_results, strict=True)
    ]


def read_line(engine: Any, name: str) -> list[dict[str, Any]]:
    """The text alone; its signs have no boxes."""
    found = engine(name, use_det=False, use_cls=False, use_rec=True)
    return [{"text": text, "signs": [[sign, 0, 0, 0, 0] for sign in text]} for text in found.txts or ()]


def bound(corners: list[list[float]]) -> tuple[float, float, float, float]:
    """The box around four corners."""
    x, y = [float(corner[0]) for corner in corners], [float(corner[1]) for corner in corners]
    return min(x), min(y), max(x), max(y)


if __name__ == "__main__":
    main()
