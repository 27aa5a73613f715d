"""Predicts a drawing with a model of the OpenAI-compatible endpoint. The answer is the usual Prediction message.

The drawing is preprocessed first, as for Slate's own models. So a drawing that can't be read costs no money, and the
answer contains the image.
"""

import time
from collections.abc import Awaitable, Callable

from uuid_utils.compat import uuid7

from services.inference.drawing import DrawingSource
from services.inference.messages import encode_png
from services.inference.questions import PictureQuestion, PreparedPicture
from services.inference.upstream.openai_reader import PREFIX, OpenAiReader
from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion

VENDOR = "openai"
Prepare = Callable[[PictureQuestion], Awaitable[PreparedPicture]]


async def predict_upstream(
    source: DrawingSource,
    reference: str,
    reader: OpenAiReader,
    ask: Prepare,
) -> Prediction:
    """`reference` is `openai/<model>`. `ask` prepares the picture.

    DrawingError, RequestValidationError, and the ProblemErrors of OpenAiReader.
    """
    started = time.perf_counter()
    picture = await ask(PictureQuestion(source))
    answer = await reader.read(picture.content, picture.media_type, reference)
    return Prediction(
        id=uuid7(),
        digit=answer.digit,
        confidence=max(answer.probabilities),
        probabilities=list(answer.probabilities),
        digit_score=answer.digit_score,
        model=ModelVersion(name=VENDOR, version=reference.removeprefix(PREFIX)),
        image=encode_png(picture.image),
        elapsed_ms=(time.perf_counter() - started) * 1000,
    )
