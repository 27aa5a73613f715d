"""What the figures of the Models page mean, in plain words."""

from html import escape

MEANINGS = {
    "MNIST, uploads, pen drawings, photographs": (
        "Of 100 test digits of this kind, so many were read right. MNIST are scans of handwriting, uploads are files "
        "of a paint program, pen drawings were drawn on a canvas like that of this page, and photographs are of paper, "
        "with shadow. No model was trained on them. pendigits are digits by other writers."
    ),
    "letters rejected": "Of 100 letters, so many were rejected as not a digit. The others were taken for one.",
    "calibration error": (
        "How far the confidence is from the truth. With 0%, of 100 answers with 90% confidence exactly 90 are right."
    ),
    "time": (
        "How long the recogniser of this installation takes for one drawing: the middle one of 15 tries, all versions "
        "in turns. It depends on the machine, and on who else uses it."
    ),
    "size": "What its weights take in memory: 4 bytes for each.",
    "★": "The best figure of the column. A difference of a few hundredths of a percent can be chance.",
}


def meanings_html(meanings: dict[str, str] = MEANINGS) -> str:
    """The explanations as a list of names and sentences."""
    written = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(words)}</dd></div>" for name, words in meanings.items())
    return f'<dl class="meanings" data-testid="meanings">{written}</dl>'
