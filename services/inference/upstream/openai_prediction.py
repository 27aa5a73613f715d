"""A drawing → a prediction by a model that is not ours, in the same message as ours.

The drawing is prepared as for our own models first: what can't be read is refused before it costs anything, and the
answer shows the same image.
"""

import asyncio
import base64
import io
import time

from PIL import Image as Picture
from uuid_utils.compat import uuid7

from services.inference.drawing import DrawingSource
from services.inference.prediction import Predictor, encode_png
from services.inference.upstream.openai_reader import PREFIX, OpenAiReader
from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion
from shared.recognition.preprocessing import Image

VENDOR = "openai"


async def predict_upstream(
    source: DrawingSource, reference: str, reader: OpenAiReader, predictor: Predictor
) -> Prediction:
    """`reference`: «openai/<model>». DrawingError, RequestValidationError, and the reader's ProblemError."""
    started = time.perf_counter()
    picture, media_type, image = await asyncio.to_thread(_prepare, source, predictor)
    answer = await reader.read(picture, media_type, reference)
    return Prediction(
        id=uuid7(),
        digit=answer.digit,
        confidence=max(answer.probabilities),
        probabilities=list(answer.probabilities),
        digit_score=answer.digit_score,
        model=ModelVersion(name=VENDOR, version=reference.removeprefix(PREFIX)),
        image=encode_png(image),
        elapsed_ms=(time.perf_counter() - started) * 1000,
    )


def _prepare(source: DrawingSource, predictor: Predictor) -> tuple[bytes, str, Image]:
    """The picture as it came, its media type, and its image."""
    drawing = source.parse()
    image = predictor.make_image(drawing)
    if isinstance(drawing, bytes):
        with Picture.open(io.BytesIO(drawing)) as opened:
            return drawing, str(opened.get_format_mimetype()), image
    return base64.b64decode(encode_png(image)), "image/png", image
