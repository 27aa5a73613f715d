"""HTTP protocol: while the service is overloaded, a request that came whole is refused before it is parsed.

uvicorn's own protocol with a look at what arrives. Refusing in ASGI, as `admission` does with what comes in pieces,
costs several times as much: enough for a flood to take the interpreter from the threads that answer.
"""

import re

from asgi_correlation_id.middleware import is_valid_uuid4
from uuid_utils import uuid4
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.inference.admission import REFUSAL, WORK, Capacity

CAPACITY = "capacity"  # its key in the state of the app's lifespan
HEAD = re.compile(  # of a request for work, each line as RFC 9112 has it: what the parser would refuse is left to it
    rb"POST (?:%s)[^\x00-\x20\x7f]* HTTP/1\.1(?:\r\n[!#-'*+.0-9A-Z^-z|~-]+:[\t -~\x80-\xff]*)*"
    % b"|".join(path.encode() for path in WORK)
)
FIELDS = re.compile(
    rb"\r\n(content-length|x-request-id|connection|expect|origin|transfer-encoding):[ \t]*([^\r\n]*)", re.I
)
PLAIN = {b"content-length", b"x-request-id", b"connection"}  # with any of the others ASGI answers
REFUSAL_FIELDS = b"".join(name + b": " + value + b"\r\n" for name, value in REFUSAL.raw_headers)


class Door(HttpToolsProtocol):
    """One connection. What it lets through uvicorn handles as ever."""

    _between_requests = True

    def data_received(self, data: bytes) -> None:
        """Refuses, or hands over to the parser."""
        capacity: Capacity | None = self.app_state.get(CAPACITY)
        if capacity and capacity.is_full and self._between_requests and not self._is_answering:
            fields = parse_whole_request(data)
            if fields is not None:
                capacity.metrics.refused.inc()
                self._refuse(fields.get(b"x-request-id", b"").decode("latin-1"))
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request has begun to arrive."""
        self._between_requests = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Its last byte has."""
        self._between_requests = True
        super().on_message_complete()

    @property
    def _is_answering(self) -> bool:
        """Or its client does not read what it is answered."""
        return (self.cycle is not None and not self.cycle.response_complete) or self.flow.write_paused

    def _refuse(self, request_id: str) -> None:
        given = request_id if request_id and is_valid_uuid4(request_id) else uuid4().hex
        usual = b"".join(name + b": " + value + b"\r\n" for name, value in self.server_state.default_headers)
        id_field = f"x-request-id: {given}\r\n\r\n".encode()
        self.transport.write(STATUS_LINE[503] + usual + REFUSAL_FIELDS + id_field + REFUSAL.body)
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)


def parse_whole_request(data: bytes) -> dict[bytes, bytes] | None:
    """Header fields of a request for work that is all of `data` and needs nothing but an answer, or None."""
    end = data.find(b"\r\n\r\n")
    if end < 0 or not HEAD.fullmatch(data, 0, end):
        return None
    found = FIELDS.findall(data, 0, end)
    fields = {name.lower(): value for name, value in found}
    is_plain = len(fields) == len(found) and fields.keys() <= PLAIN
    stays_open = fields.get(b"connection", b"keep-alive").lower() == b"keep-alive"
    is_whole = fields.get(b"content-length") == str(len(data) - end - 4).encode()
    return fields if is_plain and stays_open and is_whole else None
