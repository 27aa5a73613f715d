"""One call of the API that the example programs make, and that the page makes itself for "Try it"."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

Question = Literal["predict", "predict/batch", "explain", "read"]

FILE = "digit.png"  # the drawing, for programs that read a file
KEY_VARIABLE = "SLATE_API_KEY"


@dataclass(frozen=True)
class Call:
    """`address` is that of inference, `drawing` a data URI of a small PNG. Without a model the default answers."""

    address: str
    question: Question
    drawing: str = ""
    with_key: bool = False
    model: str | None = None

    @property
    def path(self) -> str:
        """The path and the query: `/v1/predict?model=mlp`."""
        return f"/v1/{self.question}" + (f"?model={quote(self.model)}" if self.model else "")

    @property
    def url(self) -> str:
        """The address, the path and the query."""
        return self.address + self.path

    @property
    def is_batch(self) -> bool:
        """Whether the body is a form with several files. Otherwise it is the PNG file itself."""
        return self.question == "predict/batch"
