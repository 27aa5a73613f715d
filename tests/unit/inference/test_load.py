"""Who may add work to a lane: everybody while it is quick enough, then only callers with less than an equal share."""

from services.inference.lanes.load import Load


def make_load(**units: int) -> Load:
    """A lane in which each unit takes a second and 100 s are the longest wait."""
    load = Load("lane", max_wait_s=100.0, free_units=50, on_change=lambda changed: None)
    for caller, count in units.items():
        load.add(caller, count)
    load.measure(10.0, 10)
    return load


def test_a_lane_that_is_quick_enough_accepts_everybody() -> None:
    load = make_load(ann=100)
    assert load.has_room_for("ann")
    assert load.has_room_for("bob")


def test_a_full_lane_refuses_the_caller_that_fills_it_and_accepts_another() -> None:
    load = make_load(ann=101)
    assert not load.has_room_for("ann")
    assert load.has_room_for("bob")


def test_a_full_lane_refuses_callers_with_an_equal_share() -> None:
    load = make_load(ann=60, bob=60)
    assert not load.has_room_for("ann")
    assert not load.has_room_for("bob")
    assert load.has_room_for("cleo")


def test_a_lane_that_is_far_too_slow_refuses_everybody() -> None:
    assert not make_load(ann=2001).has_room_for("bob")


def test_little_work_is_accepted_however_slow_the_machine_is() -> None:
    load = make_load(ann=49)
    load.seconds_per_unit = 1000.0
    assert load.has_room_for("ann")


def test_answered_work_makes_room() -> None:
    changes: list[int] = []
    load = Load("lane", max_wait_s=1.0, free_units=0, on_change=changes.append)
    load.add("ann", 200)
    load.measure(200.0, 200)
    assert not load.has_room_for("ann")
    load.remove("ann", 200)
    assert load.has_room_for("ann")
    assert changes == [200, -200]
