"""`make fuzz`: looks for inputs that break a decoder or cost too much, guided by the branches that they reach.

atheris keeps each input that reaches a new branch, and changes it further. ARGS="--target page --seconds 3600" runs one
target for an hour. `--corpus FOLDER` keeps the inputs found so far for the next run. An input that fails is kept as
`fuzzing-failure-...`, so that it can become a test.
"""

import argparse
import logging
import random
import tempfile
import warnings
from pathlib import Path

import atheris
import structlog

from tests.fuzzing.mutation import correct_checksums, mutate

# Before their first import: atheris counts the branches of these packages only.
with atheris.instrument_imports(include=["shared", "services", "PIL", "python_multipart"]):
    from tests.fuzzing.limits import use_within_limits
    from tests.fuzzing.targets import TARGETS

MAX_BYTES = 64 * 1024  # a small file can claim any size
LONGEST_S = 300  # by the clock; a decoder that never ends is a fault too


def main() -> None:
    """Fuzz one target, until the time or the runs are over, or an input fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=TARGETS, default="drawing")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1, help="inputs, instead of a time that differs between machines")
    parser.add_argument("--corpus", type=Path, help="a folder of inputs that a later run continues with")
    parser.add_argument("--seed", type=int, default=0, help="0 takes another one for each run")
    chosen = parser.parse_args()
    silence()
    with tempfile.TemporaryDirectory() as folder:
        corpus = chosen.corpus or Path(folder)
        write_inputs(chosen.target, corpus)
        options = {
            "runs": chosen.runs,
            "max_total_time": chosen.seconds if chosen.runs < 0 else 0,
            "seed": chosen.seed,
            "max_len": MAX_BYTES,
            "timeout": LONGEST_S,
            "report_slow_units": LONGEST_S,  # their time is by the clock; the CPU time of each input is measured
            "rss_limit_mb": 0,  # the memory of each input is measured
            "artifact_prefix": "fuzzing-failure-",
            "print_final_stats": 1,
        }
        arguments = ["fuzz", str(corpus), *(f"-{name}={value}" for name, value in options.items())]
        use = lambda data: use_within_limits(chosen.target, data) and None  # noqa: E731  atheris wants None
        atheris.Setup(arguments, use, custom_mutator=change)
        atheris.Fuzz()


def silence() -> None:
    """No lines about each damaged file: what counts is what the fuzzer says."""
    warnings.simplefilter("ignore")
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def write_inputs(target: str, corpus: Path) -> None:
    """Put the first inputs into the corpus."""
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(TARGETS[target].make_inputs()):
        (corpus / f"seed-{number}").write_bytes(data)


def change(data: bytes, max_size: int, seed: int) -> bytes:
    """Half by libFuzzer, half by the mutations of picture files. The checksums of a PNG are corrected in both."""
    dice = random.Random(seed)
    if dice.random() < 0.5:
        return correct_checksums(atheris.Mutate(data, max_size))[:max_size]
    return mutate(data, dice)[:max_size]


if __name__ == "__main__":
    main()
