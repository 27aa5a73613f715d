"""The call in JavaScript. The program is the same in a browser and in Node, so it holds the drawing itself.

It has no top-level `await`, so it also runs in a console, in a classic script and in a CommonJS file.
"""

from services.frontend.views.api.programs.call import KEY_VARIABLE, Call

ASK_KEY = f'const key = globalThis.process?.env.{KEY_VARIABLE} ?? prompt("API key");\n'
FORM = """\
  const form = new FormData();
  form.append("files", drawing);
  form.append("files", drawing);
"""
SHOW = {
    "predict": "console.log(answer.digit, answer.confidence);",
    "predict/batch": "for (const prediction of answer.predictions) console.log(prediction.digit, prediction.code);",
    "explain": "console.log(answer.digit, answer.saliency[14]);",
    "read": "for (const digit of answer.digits) console.log(digit.prediction.digit, digit.box);",
}


def write_javascript(call: Call) -> str:
    """A whole program."""
    return f"""\
const picture = "{call.drawing}";
{ASK_KEY if call.with_key else ""}
async function ask() {{
  const drawing = await (await fetch(picture)).blob();
{FORM if call.is_batch else ""}  const response = await fetch("{call.url}", {{
{write_options(call)}
  }});
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  {SHOW[call.question]}
}}

ask();
"""


def write_options(call: Call) -> str:
    """The options of `fetch`. The blob says itself that it is a PNG, and the form what it is."""
    authorise = ["headers: { Authorization: `Bearer ${key}` }"] if call.with_key else []
    options = ['method: "POST"', *authorise, "body: form" if call.is_batch else "body: drawing"]
    return "\n".join(f"    {option}," for option in options)
