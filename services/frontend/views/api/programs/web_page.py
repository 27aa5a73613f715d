"""The call in a web page: a whole HTML file with a canvas to draw on, or a choice of files for many drawings.

The answer to each stroke stands below the canvas. Inference must allow the origin that serves the file.
"""

from services.frontend.views.api.programs.call import Call
from services.frontend.views.api.programs.javascript import write_options

ASK_KEY = 'const key = prompt("API key"); // a key in the file would be everybody\'s\n'
CANVAS = """\
<canvas width="280" height="280" style="touch-action: none"></canvas>
<p><button>Clear</button></p>"""
FILES = '<p><input type="file" accept="image/*" multiple aria-label="Drawings"></p>'
DRAWING = """\
const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d");
Object.assign(pen, { lineWidth: 20, lineCap: "round", lineJoin: "round", strokeStyle: "white" });
const clear = () => pen.fillRect(0, 0, canvas.width, canvas.height);
clear();
document.querySelector("button").onclick = clear;
canvas.onpointerdown = (event) => {
  canvas.setPointerCapture(event.pointerId);
  pen.beginPath();
  pen.moveTo(event.offsetX, event.offsetY);
};
canvas.onpointermove = (event) => {
  if (!event.buttons) return;
  pen.lineTo(event.offsetX, event.offsetY);
  pen.stroke();
};
canvas.onpointerup = () => canvas.toBlob(ask); // a PNG"""
CHOOSING = """\
document.querySelector("input").onchange = (event) => {
  const form = new FormData();
  for (const file of event.target.files) form.append("files", file);
  ask(form);
};"""
SHOW = {
    "predict": "output.textContent = `${answer.digit}: ${Math.round(100 * answer.confidence)} %`;",
    "predict/batch": 'output.textContent = answer.predictions.map(({ digit, code }) => digit ?? code).join(", ");',
    "explain": "output.textContent = `${answer.digit}`;\n  show(answer.saliency);",
    "read": 'output.textContent = answer.lines.map((line) => line.text).join(" / ") || "no digits";',
}
MAP = '<canvas id="map" width="28" height="28" style="width: 280px; image-rendering: pixelated"></canvas>\n'
PAINT = """
function show(saliency) { // 28 rows of 28 values: amber speaks for the digit, blue against it
  const map = document.querySelector("#map").getContext("2d");
  saliency.forEach((row, y) => row.forEach((value, x) => {
    map.fillStyle = `hsl(${value > 0 ? 40 : 215} 100% ${60 * Math.abs(value)}%)`;
    map.fillRect(x, y, 1, 1);
  }));
}
"""


def write_web_page(call: Call) -> str:
    """A whole HTML file."""
    is_explained = call.question == "explain"
    return f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Draw a digit</title>
{FILES if call.is_batch else CANVAS}
<p><output></output></p>
{MAP if is_explained else ""}<script type="module">
const output = document.querySelector("output");
{ASK_KEY if call.with_key else ""}{CHOOSING if call.is_batch else DRAWING}

async function ask({"form" if call.is_batch else "drawing"}) {{
  const response = await fetch("{call.url}", {{
{write_options(call)}
  }});
  const answer = await response.json();
  if (!response.ok) return output.textContent = answer.detail;
  {SHOW[call.question]}
}}
{PAINT if is_explained else ""}</script>
</html>
"""
