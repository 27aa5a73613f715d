"""The drift report: how the drawings of some days differ from the validation data of the version that read them.

`python -m training.drift report` writes it into the folder of the model, and inference serves it.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.message import Message, ModelVersion, Share
from shared.contracts.storage import Count

Measure = Literal["digit", "confidence", "digit_score", "line_width", "size", "darkness"]


class ComparedDistribution(Message):
    """One measure of the drawings and of the validation data, in the same bins.

    Bin i holds values from `edges[i]` to `edges[i + 1]`; the first and the last bin also hold those beyond. `drawings`
    counts drawings, and `validation` holds shares of a mixture with as many canvases, uploads and photographs.

    `index` is the population stability index. `sentence` is null unless the drawings differ clearly, and by more than
    chance would explain.
    """

    measure: Measure
    edges: list[float]
    drawings: list[Count]
    validation: list[Share]
    index: Annotated[float, Field(ge=0)]
    sentence: str | None


class DriftReport(Message):
    """What was compared, and the sentences about what differs.

    `drawings` counts the digits that were compared; `left_out` are drawings that are not digits or were sent by
    programs. `owners` counts browsers, accounts and tokens. `note` says why nothing was compared, else it is null.
    """

    model: ModelVersion
    created_at: datetime
    since: datetime
    drawings: Count
    left_out: Count
    owners: Count
    note: str | None
    distributions: list[ComparedDistribution]

    @property
    def sentences(self) -> list[str]:
        """Everything that differs, one sentence each."""
        return [each.sentence for each in self.distributions if each.sentence]
