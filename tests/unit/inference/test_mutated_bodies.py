"""Damaged and hostile request bodies hold drawings, or are refused. Any other error would be a server error."""

import random

from tests.fuzzing.bodies import JSON, make_bodies, parse_body
from tests.fuzzing.mutation import mutate


def test_a_mutated_body_is_parsed_or_refused() -> None:
    dice, bodies = random.Random(3), make_bodies()
    assert all(parse_body(body) for body in bodies if body.startswith(JSON))
    parsed = [parse_body(mutate(body, dice)) for body in bodies for _ in range(60)]
    assert any(parsed)
    assert not all(parsed)
