"""What can be fuzzed, by name: the work, its first inputs, and what one input may cost."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fuzzing.bodies import make_bodies, parse_body
from tests.fuzzing.page import prepare
from tests.fuzzing.recognition import read_drawing, read_whole_page
from tests.fuzzing.seeds import make_converted, make_seeds


@dataclass(frozen=True)
class Target:
    """`use` says whether it accepted an input, and raises nothing. `cpu_s` and `mib` are the most for one input."""

    use: Callable[[bytes], bool]
    make_inputs: Callable[[], list[bytes]]
    cpu_s: float = 1.0
    mib: float = 200.0


TARGETS = {
    "drawing": Target(read_drawing, make_seeds),
    "page": Target(read_whole_page, make_seeds),
    # The page converts in a process that ends after 5 s and 768 MiB (services/frontend/conversion).
    "conversion": Target(prepare, lambda: [*make_seeds(), *make_converted()], cpu_s=5.0, mib=768.0),
    "bodies": Target(parse_body, make_bodies),
}
