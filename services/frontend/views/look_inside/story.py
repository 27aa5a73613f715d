"""The words of the story, two sentences for each layer, and its pictures as HTML."""

import base64
import io
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.frontend.elements.answer import REJECTION, percent
from services.frontend.elements.answer_details import AGAINST, FOR, saliency_picture
from services.frontend.elements.data_uri import encode, write_data_uri
from shared.contracts.inside import Change, ConvolutionLayer, DenseLayer, Inside, Layer, OutputLayer

DIM = 0.4  # brightness of the drawing under colours
SHRINKS = (
    "The drawing is cut out, made small and moved to the middle of 28 × 28 squares. "
    "That is all the network gets to see."
)
CHANGES = (
    "Add ink where it is amber and rub it out where it is blue, and the network reads a {second}. "
    "This is the smallest change that a short search found; a person often does not even notice such a change."
)
NO_CHANGE = (
    "A short search found no small change that makes it read a {second}. "
    "So it is hard to talk out of the {digit}: only a very different drawing would do."
)
OPEN_MAP = "Tap a map or point at it: what does it look for, and where does it fire?"
OPEN_CLUE = "Tap a clue or point at it: for which digits does it vote?"
REJECTED = f"To the network, this {REJECTION}. Below is how it comes to the {{digit}}, the digit that is nearest."
TWO_LOOKS = (
    "At the first look it saw a {first}. It was in doubt, looked again at slightly turned and moved copies, and "
    "settled on the {digit}."
)


def name_layer(layer: Layer, number: int) -> str:
    """The heading of a layer."""
    match layer:
        case ConvolutionLayer():
            return f"Layer {number}: {len(layer.maps)} maps"
        case DenseLayer():
            return f"Layer {number}: {len(layer.values)} clues"
        case OutputLayer():
            return f"Layer {number}: ten votes"


def tell_layer(layer: Layer, *, is_first: bool) -> str:
    """Two sentences for a pupil."""
    match layer:
        case ConvolutionLayer() if is_first:
            return (
                f"{len(layer.maps)} tiny windows slide over the picture, and each looks for one simple thing: an edge, "
                "a line or a corner. Where a window finds its thing, its map lights up."
            )
        case ConvolutionLayer():
            return (
                f"{len(layer.maps)} more windows slide over the maps above and look for things that meet: a bend, a "
                "crossing, the end of a line. So each of these maps lights up for a larger piece of a digit."
            )
        case DenseLayer():
            return (
                f"Everything is put together into {len(layer.values)} clues, such as “there is a loop at the top”. "
                "Nobody told the network which clues to use: it found them while it practised on thousands of digits."
            )
        case OutputLayer():
            return (
                "Every clue votes for some digits and against others, and here the votes are added up. "
                f"The digit with the most votes wins: {int(np.argmax(layer.logits))}."
            )


def seen_html(inside: Inside, drawing: str) -> str:
    """The drawing, the image, and the saliency large, with what its colours mean. `drawing` is a data URI."""
    image = write_image(inside)
    return f"""<div class="inside-pictures">
  <figure><img class="large" alt="Your drawing" src="{drawing}"><figcaption>your drawing</figcaption></figure>
  <figure><img class="large" data-testid="inside-seen" alt="The 28 by 28 squares" src="{image}">
    <figcaption>what it sees</figcaption></figure>
  <figure class="wide"><div class="large over">
    <img class="dim" alt="The parts that speak for and against the digit" src="{image}">
    <img alt="" src="{saliency_picture(inside.saliency)}"></div>
    <figcaption>what matters most to it</figcaption></figure>
</div>{legend_html(f"speaks for the {inside.digit}", f"speaks against the {inside.digit}")}"""


def values_html(layer: DenseLayer) -> str:
    """All values of a dense layer as small squares."""
    strongest = max(*layer.values, 1e-9)
    squares = "".join(f'<i style="opacity:{0.06 + 0.94 * value / strongest:.2f}"></i>' for value in layer.values)
    awake = sum(value > 0 for value in layer.values)
    return (
        f'<div class="clues" role="img" aria-label="{awake} of {len(layer.values)} clues are awake">{squares}</div>'
        f'<p class="note">{awake} of {len(layer.values)} clues are awake for this drawing.</p>'
    )


def votes_html(layer: OutputLayer, digit: int) -> str:
    """Ten sums of votes, compared with their mean, and their probabilities."""
    sums = [logit - sum(layer.logits) / 10 for logit in layer.logits]  # only the differences decide
    most = max(abs(votes) for votes in sums) or 1
    first = int(np.argmax(layer.logits))
    rows = "".join(
        f'<li class="{"top" if place == first else ""}"><b>{place}</b><span class="vote '
        f'{"for" if votes >= 0 else "against"}" style="--share:{abs(votes) / most:.3f}"></span>'
        f"<span>{votes:+.1f}</span><span>{percent(share)}</span></li>"
        for place, (votes, share) in enumerate(zip(sums, layer.probabilities, strict=True))
    )
    second_look = "" if first == digit else f'<p class="sentence">{TWO_LOOKS.format(first=first, digit=digit)}</p>'
    return (
        f'<ol class="votes sums" data-testid="votes">{rows}</ol>'
        f"{legend_html('votes for the digit', 'votes against it')}{second_look}"
    )


def describe_reading(read: Inside | Change, digit_score_threshold: float) -> str:
    """What the network reads in an image. A rejected image has no confidence."""
    if read.digit_score < digit_score_threshold:
        return f"{REJECTION}; nearest to <b>{read.digit}</b>"
    return f"read as <b>{read.digit}</b>, {percent(read.confidence)}"


def change_html(inside: Inside, digit_score_threshold: float) -> str:
    """The image, what to add and remove, and the changed image with the answer to it."""
    change = inside.change
    if change is None:
        words = NO_CHANGE.format(second=inside.second, digit=inside.digit)
        return f'<p class="sentence" data-testid="change" data-digit="">{words}</p>'
    before, changed = write_image(inside), f"data:image/png;base64,{change.image}"
    return f"""<p class="sentence">{CHANGES.format(second=change.digit)}</p>
<div class="inside-pictures" data-testid="change" data-digit="{change.digit}">
  <figure><img class="large" alt="The image before" src="{before}">
    <figcaption>{describe_reading(inside, digit_score_threshold)}</figcaption></figure>
  <figure class="wide"><img class="large" alt="What is added and removed" src="{difference_picture(inside, change)}">
    <figcaption>what changes</figcaption></figure>
  <figure><img class="large" alt="The changed image" src="{changed}">
    <figcaption>{describe_reading(change, digit_score_threshold)}</figcaption></figure>
</div>{legend_html(f"add ink ({count_squares(change.added)})", f"rub out ({count_squares(change.removed)})")}"""


def count_squares(ink: float) -> str:
    """An amount of ink in words: `8.7 of 784 squares`."""
    return "nothing" if ink < 0.05 else f"{ink:.1f} of 784 squares"


def difference_picture(inside: Inside, change: Change) -> str:
    """The image in grey, with amber where ink is added and blue where it is removed. A data URI."""
    before, after = read_pixels(inside.image or change.image), read_pixels(change.image)
    difference = after - before
    visible = np.sqrt(np.abs(difference))[..., None]  # weak changes are seen too
    colours = np.where(difference[..., None] > 0, np.array(FOR), np.array(AGAINST))
    pixels = (1 - visible) * before[..., None] * DIM * 255 + visible * colours
    return write_data_uri(encode(Image.fromarray(pixels.clip(0, 255).astype(np.uint8))))


def read_pixels(picture: str) -> NDArray[np.float32]:
    """A grey PNG in base64 → (28, 28) in 0..1."""
    with Image.open(io.BytesIO(base64.b64decode(picture)), formats=("PNG",)) as opened:
        return np.asarray(np.asarray(opened.convert("L")) / 255, np.float32)


def legend_html(amber: str, blue: str) -> str:
    """What both colours mean, beside where they are shown."""
    return (
        f'<p class="legend"><span><i class="for"></i>amber: {escape(amber)}</span>'
        f'<span><i class="against"></i>blue: {escape(blue)}</span></p>'
    )


def hint_html(hint: str) -> str:
    """What to do with the tiles below."""
    return f'<p class="note hint">{hint}</p>'


def write_image(inside: Inside) -> str:
    """The image that the model saw, as a data URI."""
    return f"data:image/png;base64,{inside.image}"
