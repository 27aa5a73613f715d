"""A clock for tests: it goes only while somebody waits, and remembers how long."""


class FakeClock:
    def __init__(self) -> None:
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return sum(self.waits)

    def sleep(self, seconds: float, /) -> None:
        self.waits.append(seconds)
