"""Posts every drawn picture to a running service and prints how many of each kind are right.

`python -m tests.kinds [http://127.0.0.1:8001] [FOLDER]`; pictures that are read wrongly are written to FOLDER.
"""

import sys
from pathlib import Path

import httpx

from tests.kinds.drawn_kinds import KINDS
from tests.kinds.reading import read_digits


def main(url: str, folder: Path | None) -> int:
    """The exit status: 1 if a picture was read wrongly."""
    wrong = 0
    with httpx.Client(base_url=url, timeout=60) as client:
        for kind, draw in KINDS.items():
            asked, failed = 0, []
            for case in draw():
                for path in case.paths:
                    asked += 1
                    answer = client.post(path, content=case.picture, headers={"Content-Type": case.media_type})
                    got = read_digits(answer)
                    if got != case.digits:
                        failed.append(f"  {case.name:32} {path:12} read as {got or 'nothing'}")
                        if folder:
                            (folder / f"{kind}-{case.name}.{case.media_type[6:]}").write_bytes(case.picture)
            sys.stdout.write("\n".join([f"{kind:12} {asked - len(failed):3} of {asked:3} right", *failed, ""]))
            wrong += len(failed)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:2] or ["http://127.0.0.1:8001"]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
