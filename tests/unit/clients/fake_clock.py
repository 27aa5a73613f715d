"""A clock for tests. Its time passes only in `sleep`, which returns at once and records the seconds."""


class FakeClock:
    def __init__(self) -> None:
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return sum(self.waits)

    def sleep(self, seconds: float, /) -> None:
        self.waits.append(seconds)
