"""An answer of the service → the digits that were read, as text."""

import httpx

LEAST_SCORE = 0.5  # of a digit; with less it counts as not read


def read_digits(answer: httpx.Response) -> str:
    """The digits of a Prediction or PageReading in reading order, or the code of the problem."""
    fields = answer.json()
    if answer.status_code != 200:
        return str(fields["code"])
    found = [digit["prediction"] for digit in fields["digits"]] if "digits" in fields else [fields]
    return "".join(str(each["digit"]) for each in found if each["digit_score"] >= LEAST_SCORE)
