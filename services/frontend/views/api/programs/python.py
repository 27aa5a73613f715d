"""The call in Python: with httpx, and with Slate's own client. Both expect the drawing in the file `digit.png`."""

from services.frontend.views.api.programs.call import FILE, KEY_VARIABLE, Call

RAW_BODY = 'content=drawing, headers={"Content-Type": "image/png"}'


def write_httpx(call: Call) -> str:
    """With httpx."""
    body = 'files=[("files", drawing), ("files", drawing)]' if call.is_batch else RAW_BODY
    show = {
        "predict": 'print(answer["digit"], answer["confidence"])',
        "predict/batch": (
            'for prediction in answer["predictions"]:  # an entry with a "code" could not be read\n'
            '    print(prediction.get("digit"), prediction.get("code"))'
        ),
        "explain": (
            'print(answer["digit"], answer["saliency"][14])  # 28 rows of 28 values: -1 against the digit, 1 for it'
        ),
        "read": (
            'for digit in answer["digits"]:  # line by line, from left to right\n'
            '    print(digit["prediction"]["digit"], digit["box"])'
        ),
    }[call.question]
    client = f'httpx.Client(headers={{"Authorization": f"Bearer {{os.environ[\'{KEY_VARIABLE}\']}}"}})'
    return f"""\
{"import os" + chr(10) if call.with_key else ""}from pathlib import Path

import httpx

drawing = Path("{FILE}").read_bytes()
with {client if call.with_key else "httpx.Client()"} as client:
    response = client.post("{call.url}", {body})
answer = response.json()
if response.is_error:
    raise SystemExit(answer["detail"])
{show}
"""


def write_client(call: Call) -> str:
    """With Slate's own client."""
    model = f', model="{call.model}"' if call.model else ""
    ask, show = {
        "predict": (f"slate.predict(drawing{model})", "print(answer.digit, answer.confidence)"),
        "predict/batch": (
            f"slate.predict_batch([drawing, drawing]{model})",
            "for prediction in answer.predictions:  # a Problem if it could not be read\n    print(prediction)",
        ),
        "explain": (f"slate.explain(drawing{model})", "print(answer.digit, answer.saliency[14])"),
        "read": (
            f"slate.read(drawing{model})",
            "for digit in answer.digits:\n    print(digit.prediction.digit, digit.box)",
        ),
    }[call.question]
    key = f', api_key=os.environ["{KEY_VARIABLE}"]' if call.with_key else ""
    return f"""\
{"import os" + chr(10) if call.with_key else ""}from pathlib import Path

from shared.clients.inference import InferenceClient

drawing = Path("{FILE}").read_bytes()
with InferenceClient("{call.address}"{key}) as slate:
    answer = {ask}
{show}
"""
