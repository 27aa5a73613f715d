"""The picture of a task → its bytes, from a data URL or from the one Label Studio that this program knows.

A task names any address, and whoever may add tasks could make this program ask other machines of its network. So it
sends requests to no other host, and follows no redirects.
"""

import time
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx
from pydantic import TypeAdapter, ValidationError

from shared.contracts.message import Base64

MAX_BYTES = 16 * 1024 * 1024  # what inference takes
TIMEOUT_S = 20.0
TOKEN_LIFE_S = 240.0  # Label Studio's live 300 seconds
DATA = TypeAdapter(Base64)


class PictureError(Exception):
    """The picture is not to be had. The message is for the log."""


class Pictures:
    """Fetches pictures. Threads may share it. `token` is one of Label Studio, of either kind; it needs none to read
    data URLs.
    """

    def __init__(self, address: str, token: str | None) -> None:
        self._address = address.rstrip("/") + "/"
        self._token = token
        self._access = ("", 0.0)  # a short-lived token, and until when it is used, in seconds of the clock
        self._http = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def load(self, place: object) -> bytes:
        """PictureError."""
        if not isinstance(place, str):
            raise PictureError("The task has no picture where the configuration says.")
        if place.startswith("data:"):
            try:
                return DATA.validate_python(place)
            except ValidationError as error:
                raise PictureError("The data URL of the picture is broken.") from error
        try:
            url = urljoin(self._address, place)
            is_elsewhere = urlsplit(url)[:2] != urlsplit(self._address)[:2]
        except ValueError as error:  # a malformed address
            raise PictureError("The task has no picture where the configuration says.") from error
        if is_elsewhere:
            raise PictureError("The picture is on another host than Label Studio, so it is not fetched.")
        try:
            return self._fetch(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PictureError(f"Label Studio did not send the picture: {type(error).__name__}") from error

    def _fetch(self, url: str) -> bytes:
        content = bytearray()
        with self._http.stream("GET", url, headers=self._authorize()) as response:
            if response.status_code != httpx.codes.OK:
                raise PictureError(f"Label Studio answered {response.status_code} when asked for the picture.")
            for part in response.iter_bytes():
                content += part
                if len(content) > MAX_BYTES:
                    raise PictureError(f"The picture has more than {MAX_BYTES:,} bytes.")
        return bytes(content)

    def _authorize(self) -> dict[str, str]:
        """Legacy tokens are sent as they are. A personal access token is changed for one that lives five minutes."""
        if not self._token:
            return {}
        if self._token.count(".") != 2:  # no JSON web token
            return {"Authorization": f"Token {self._token}"}
        access, until = self._access
        if time.monotonic() > until:
            answer = self._http.post(f"{self._address}api/token/refresh", json={"refresh": self._token})
            access = answer.raise_for_status().json()["access"]
            self._access = (access, time.monotonic() + TOKEN_LIFE_S)
        return {"Authorization": f"Bearer {access}"}
