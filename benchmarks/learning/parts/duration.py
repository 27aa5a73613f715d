"""How long a refinement of the shipped model takes from 5,000 labels, and how much memory it needs."""

import shutil

from benchmarks.learning.installation import run_installation
from benchmarks.learning.lesson import School
from benchmarks.learning.outcome import Outcome
from benchmarks.learning.people import draw_digits, post_drawings
from benchmarks.learning.refining import refine
from benchmarks.learning.versions import ROOT, Version
from benchmarks.learning.writers import take_in_turn
from shared.recognition.model_version import read_current

MODELS, MODEL = ROOT / "models", "cnn"
LABELS = 5000
MOST_MINUTES = 15


def measure_duration(school: School) -> Outcome:
    """Let the writers of one half draw and label, and refine the version that Slate ships, with a file of strokes."""
    shipped = Version(MODELS, MODEL, read_current(MODELS, MODEL))
    drawings = draw_digits(take_in_turn(school.halves.taught, LABELS))
    folder = school.folder / "lesson-duration"
    shutil.rmtree(folder, ignore_errors=True)
    with run_installation(shipped, folder) as installation:
        post_drawings(installation, drawings)
        refined = refine(installation, school.data_dir, [school.pen_digits])
    school.say(refined.output.strip())
    what = f"a refinement of the shipped `{MODEL}` from {len(drawings):,} labels"
    missed = "" if refined.minutes <= MOST_MINUTES else " (missed)"
    time = f"{refined.minutes:.1f} min{missed}, {refined.cpu_minutes:.1f} min of processor time"
    return Outcome(rows=[(what, f"≤ {MOST_MINUTES} min on two idle cores", f"{time}, {refined.memory_mb:,.0f} MB")])
