"""Drawings behind a number: the newest of those that were read so, each with what it was read as and how surely."""

from collections.abc import Sequence

from services.frontend.elements.answer import percent
from services.frontend.elements.thumbnails import find_thumbnails
from shared.contracts.storage import StoredPrediction


def examples_html(what: str, predictions: Sequence[StoredPrediction], count: int) -> str:
    """The newest of `count` drawings; a sentence where there are none."""
    if not predictions:
        return f'<p class="sentence" data-testid="examples">{what}: none.</p>'
    shown = "" if len(predictions) >= count else f", the newest {len(predictions)} of them"
    drawings = f"{count:,} drawing{'s' if count > 1 else ''}"
    thumbnails = find_thumbnails([prediction.id for prediction in predictions])
    entries = "".join(_example_html(prediction, thumbnails[prediction.id]) for prediction in predictions)
    return (
        f'<p class="note" data-testid="examples">{what}: {drawings}{shown}</p>'
        f'<ul class="examples" aria-label="{what}">{entries}</ul>'
    )


def _example_html(prediction: StoredPrediction, thumbnail: str) -> str:
    confidence = percent(prediction.confidence)
    words = f"Read as {prediction.digit} with {confidence} confidence on {prediction.created_at:%d %B %Y}"
    return (
        f'<li data-id="{prediction.id}" title="{words}"><img alt="{words}" src="{thumbnail}">'
        f"<span>{confidence}</span></li>"
    )
