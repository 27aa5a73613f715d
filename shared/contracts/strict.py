"""Value types of requests that accept exactly the JSON that their JSON schema describes.

Pydantic alone also accepts `false` as 0, "7" as 7 and 0.5 as a time.
"""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

# RFC 3339, in years that Python and PostgreSQL can write in every time zone. There is no leap second, as in PostgreSQL.
TIME_PATTERN = (
    r"^(1\d{3}|[2-8]\d{3}|9[0-8]\d\d|99[0-8]\d|999[0-8])-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$"
)
BASE64 = "[A-Za-z0-9+/]"
# The first bytes of a PNG, a JPEG and a WebP file in base64, then the rest of the file.
PICTURE_PATTERN = (
    rf"^(iVBORw0KGgo=|((iVBORw0KGg[o-r]{BASE64}|/9j/|UklGR[g-v]{BASE64}{{4}}[BFJNRVZdhlptx159]XRUJQ)"
    rf"({BASE64}{{4}})*({BASE64}{{2}}==|{BASE64}{{3}}=)?))$"
)


def _require_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_type", "Input should be a number")
    return value


def _require_time(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and re.fullmatch(TIME_PATTERN, value, re.ASCII)):
        return value
    detail = "Input should be a time with its zone in the years 1000 to 9998, for example 2026-11-21T10:00:00Z"
    raise PydanticCustomError("time", detail)


JsonDigit = Annotated[int, Field(ge=0, le=9), BeforeValidator(_require_number)]
JsonShare = Annotated[float, Field(ge=0, le=1), BeforeValidator(_require_number)]
JsonTime = Annotated[
    AwareDatetime,
    BeforeValidator(_require_time),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": TIME_PATTERN}),
]
