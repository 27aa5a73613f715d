"""Predicts a drawing with a model of the OpenAI-compatible endpoint. The answer is the usual Prediction message.

The drawing is preprocessed first, as for Slate's own models. So a drawing that can't be read costs no money, and the
answer contains the image.
"""

import asyncio
import base64
import io
import time

from PIL import Image as Picture
from uuid_utils.compat import uuid7

from services.inference.drawing import DrawingSource
from services.inference.prediction import encode_png, make_image
from services.inference.upstream.openai_reader import PREFIX, OpenAiReader
from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion
from shared.recognition.preprocessing import Image

VENDOR = "openai"


async def predict_upstream(source: DrawingSource, reference: str, reader: OpenAiReader) -> Prediction:
    """`reference` is `openai/<model>`. DrawingError, RequestValidationError, and the ProblemErrors of OpenAiReader."""
    started = time.perf_counter()
    picture, media_type, image = await asyncio.to_thread(_prepare, source)
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


def _prepare(source: DrawingSource) -> tuple[bytes, str, Image]:
    """The picture file, its media type, and its image. An image without a picture file becomes a PNG file."""
    drawing = source.parse()
    image = make_image(drawing)
    if isinstance(drawing, bytes):
        with Picture.open(io.BytesIO(drawing)) as opened:
            return drawing, str(opened.get_format_mimetype()), image
    return base64.b64decode(encode_png(image)), "image/png", image
