"""SQL conditions joined by AND, and their values. The values are parameters and never part of the SQL text."""


class Conditions:
    """Conditions that a query collects. Several may share the parameters of one query: give them the same `values`."""

    def __init__(self, values: list[object] | None = None) -> None:
        self.texts: list[str] = []
        self.values: list[object] = [] if values is None else values

    def add(self, text: str, *values: object) -> None:
        """Add a condition, unless a value is None. `text` holds one `{}` for each value."""
        if None not in values:
            self.texts.append(text.format(*map(self.parameter, values)))

    def parameter(self, value: object) -> str:
        """Add a value → its name in the SQL text, such as `$3`."""
        self.values.append(value)
        return f"${len(self.values)}"

    def __str__(self) -> str:
        return " AND ".join(self.texts) or "true"
