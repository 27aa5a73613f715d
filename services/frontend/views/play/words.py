"""What the Play page says and shows beside the canvas, as HTML. Every piece has the same height whatever it says."""

from html import escape

from services.frontend.elements.answer import name_label, percent
from services.frontend.views.play.fooling import Task, Verdict, judge
from services.frontend.views.play.pad import Pad
from services.frontend.views.play.race import SKIP_S, Race
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit

NOTHING = "&nbsp;"


def race_prompt_html(race: Race, best_s: float | None) -> str:
    """The digit to draw, the clock and ten dots."""
    wanted = "" if race.wanted is None else race.wanted
    words = "<b>Ready?</b>" if race.wanted is None else f"<span>Draw {article(race.wanted)}</span> <b>{wanted}</b>"
    best = NOTHING if best_s is None else f"best {write_seconds(best_s)}"
    streak = f"{race.streak} in a row" if race.streak > 1 else NOTHING
    running = f'data-base="{race.finished_s:.3f}" data-running="{race.running_s:.3f}"' if race.shown_at else ""
    return f"""
<div class="play-prompt" data-testid="prompt" data-wanted="{wanted}" data-done="{len(race.laps)}">
  <p role="status">{words}</p>
  <p class="play-time"><span class="play-clock" data-testid="clock" {running}>{write_seconds(race.finished_s)}</span>
    <small>{streak}</small><small>{best}</small></p>
</div>
<ol class="play-dots" aria-label="{len(race.laps)} of {len(race.digits)} digits">{dots_html(race)}</ol>"""


def dots_html(race: Race) -> str:
    """One dot for each digit: filled if it was drawn, hollow if it was skipped."""
    kinds = ["drawn" if lap.drawing else "skipped" for lap in race.laps] + ["now"] * (race.wanted is not None)
    kinds += [""] * (len(race.digits) - len(kinds))
    digits = [str(lap.digit) for lap in race.laps] + [""] * (len(race.digits) - len(race.laps))
    return "".join(f'<li class="{kind}">{digit}</li>' for kind, digit in zip(kinds, digits, strict=True))


def race_cover_html(race: Race) -> str:
    """What lies on the canvas: an invitation before the start, and the next digit for a moment."""
    if race.wanted is None:
        return (
            '<div class="play-cover"><p>Ten digits, each once. Draw each as soon as you see it.</p>'
            "<p>The clock runs while you draw, not while I think. "
            f"To skip a digit costs {SKIP_S:.0f} seconds.</p></div>"
        )
    before = f'<span class="read">{race.laps[-1].digit} ✓</span>' if race.laps and race.laps[-1].drawing else ""
    return (
        f'<div class="play-cover next" data-lap="{len(race.laps)}-{race.shown_at}" aria-hidden="true">'
        f"{before}<b>{race.wanted}</b></div>"
    )


def fool_prompt_html(task: Task) -> str:
    """What to draw, and what it should be read as."""
    return f"""
<div class="play-prompt" data-testid="prompt" data-wanted="{task.true}" data-taken-for="{task.taken_for}">
  <p role="status"><span>Draw {article(task.true)}</span> <b>{task.true}</b>
    <span>that I read as {article(task.taken_for)}</span> <b class="wrong">{task.taken_for}</b></p>
</div>"""


def describe_race(pad: Pad, race: Race) -> str:
    """What the model makes of the drawing while it is no answer yet."""
    if race.wanted is None:
        return NOTHING
    if pad.predicted is None:
        return escape(pad.problem or f"Draw {name_digit(race.wanted)} with the mouse, a pen or a finger.")
    if pad.predicted.is_rejected:
        return "I see no digit yet."
    return f"I see {name_digit(pad.predicted.prediction.digit)}. Go on, or start over."


def describe_fooling(pad: Pad, task: Task, outcome: str) -> str:
    """What the model makes of the drawing, and what is missing. Before there is one, what came of the last drawing."""
    if pad.predicted is None:
        return escape(pad.problem or outcome or f"A friend must still see {name_digit(task.true)}. Watch what I read.")
    first, true = pad.predicted.prediction.digit, name_digit(task.true)
    read = f"I read {name_digit(first)} ({percent(pad.predicted.prediction.confidence)})"
    return {
        Verdict.NO_DIGIT: f"This does not look like a digit. A friend must still see {true}.",
        Verdict.RECOGNISED: f"{read}. Make it look more like {name_digit(task.taken_for)}.",
        Verdict.OTHER: f"{read}, but it should look like {name_digit(task.taken_for)}.",
        Verdict.NO_TRACE: f"{read}, and see no {task.true} in it. A friend must still see one.",
        Verdict.FOOLED: f"{read}, and {true} only after that. What did you draw?",
    }[judge(task, pad.predicted)]


def describe_outcome(label: TrueDigit, read_as: int, delivery: str, *, counts: bool) -> str:
    """`You fooled me: a 7 that I read as a 1. Saved as 7.`."""
    said = name_label(label) if label == NOT_A_DIGIT else name_digit(label)
    if counts:
        return f"You fooled me: {said} that I read as {name_digit(read_as)}. {delivery}."
    return f"You say that it is {said}, so it does not count. {delivery}."


def article(digit: int) -> str:
    """`an` for 8, `a` for the others."""
    return "an" if digit == 8 else "a"


def name_digit(digit: int) -> str:
    """`an 8`, `a 7`."""
    return f"{article(digit)} {digit}"


def says_html(words: str) -> str:
    """The sentence below the canvas, in the words of the model."""
    return f'<p class="play-says" role="status" data-testid="says">{words}</p>'


def write_seconds(seconds: float) -> str:
    """`23.4 s`."""
    return f"{seconds:.1f} s"
