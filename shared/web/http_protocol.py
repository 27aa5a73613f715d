"""Limits what a connection may send before a request reaches the app: the size, the number and the time of its headers.

It is uvicorn's own protocol with checks in front of it. Malformed and refused requests are answered with a problem.
"""

import asyncio
from typing import Any, ClassVar

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.web.connection_limits import ConnectionLimits
from shared.web.http_refusal import MALFORMED, NO_HOST, TOO_LARGE, TOO_MANY_CONNECTIONS, Refusal
from shared.web.refusal_log import RefusalLog
from shared.web.request_body import BODY_ARRIVED
from shared.web.upgrade_header import remove_upgrade

HEAD_END = b"\r\n\r\n"


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection. uvicorn makes one for each, from `uvicorn.run(http=LimitedHttpProtocol)`."""

    limits = ConnectionLimits()
    refusals: ClassVar = RefusalLog()
    waiting: ClassVar[dict["LimitedHttpProtocol", None]] = {}  # for bytes of the client, the longest first

    def __init__(self, *arguments: Any, **named: Any) -> None:  # uvicorn's own
        super().__init__(*arguments, **named)
        self.is_unused = True  # the client has sent nothing yet
        self.in_head = True  # the next byte belongs to a head, and not to a body
        self.heads = 0  # complete heads so far
        self.head_bytes = 0  # of the incomplete head, already given to the parser
        self.at_line_start = True  # the parser has only whole lines of the head
        self.held = b""  # the incomplete last line of a head
        self.unwanted_bytes = 0
        self.around_body = 0  # bytes of a body that hold no content, since the last ones that did
        self.refusal = MALFORMED
        self.deadline: asyncio.TimerHandle | None = None  # for the client to send
        self.read_deadline: asyncio.TimerHandle | None = None  # for the client to read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room if too many are open, or else refuse the connection."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections and not self.close_longest_wait():
            self.refuse(TOO_MANY_CONNECTIONS, (b"retry-after", b"1"))
        else:
            self.waiting[self] = None
            self.start_deadline(self.limits.unused_s)

    def close_longest_wait(self) -> bool:
        """Close the connection whose client has let this server wait longest. False if there is none."""
        longest = next((other for other in self.waiting if other.connections is self.connections), None)
        if longest is None:
            return False
        del self.waiting[longest]
        self.note_refusal("closed_to_make_room")
        longest.transport.abort()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self.waiting.pop(self, None)
        self.stop_deadline()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for a client that does not read its answer, but not for ever."""
        super().pause_writing()
        self.read_deadline = self.loop.call_later(self.limits.send_s, self.close_unread)

    def resume_writing(self) -> None:
        """The client has read a part."""
        super().resume_writing()
        if self.read_deadline is not None:
            self.read_deadline.cancel()
            self.read_deadline = None

    def close_unread(self) -> None:
        """Close the connection of a client that reads nothing."""
        self.note_refusal("answer_not_read")
        self.transport.abort()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection open for the answer that is due to a client that will send nothing more."""
        answer_due = self.in_head and self.cycle is not None and not self.cycle.response_complete
        self.shutdown()  # closes the connection now, or after the answer
        return answer_due

    def data_received(self, data: bytes) -> None:
        """Check the head of a request, and give the bytes to the parser."""
        if not self.in_head:
            self.receive_body(data)
            return
        if self.is_unused:
            self.is_unused = False
            self.stop_deadline()
        if self.held:
            data, self.held = self.held + data, b""
        before, data = self.heads, self.check_head(data)
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.heads == before:
            self.head_bytes += len(data)
            self.at_line_start = data.endswith(b"\n") if data else self.at_line_start
            self.start_deadline()
        elif self.held:  # only if the parser found the end of the head elsewhere
            rest, self.held = self.held, b""
            super().data_received(rest)

    def receive_body(self, data: bytes) -> None:
        """Give the bytes to the parser. Refuse trailers and chunk extensions that are longer than a head may be."""
        self.around_body += len(data)
        super().data_received(data)
        if self.around_body > self.limits.head_bytes and not self.transport.is_closing():
            self.refuse(TOO_LARGE)

    def check_head(self, data: bytes) -> bytes:
        """Return the bytes for the parser. Refuse a head that is too long or has too many lines.

        An incomplete last line is held back, so that a header always reaches the parser and `remove_upgrade` in one
        piece.
        """
        end = 0 if self.at_line_start and data.startswith(b"\r\n") else data.find(HEAD_END)
        head = data if end < 0 else data[: end + 2]
        if (
            self.head_bytes + len(head) > self.limits.head_bytes
            or head.count(b"\n") > self.limits.header_fields + 1  # and the request line
        ):
            self.refuse(TOO_LARGE)
            return b""
        if end >= 0:
            return self.drop_upgrade(head, data)
        line = data.rfind(b"\n") + 1
        if line or self.head_bytes:
            data, self.held = data[:line], data[line:]
        return self.drop_upgrade(data, data)

    def drop_upgrade(self, head: bytes, data: bytes) -> bytes:
        """`data`, which begins with `head`, without an upgrade to a protocol that is not spoken here."""
        kept = remove_upgrade(head, speaks_websocket=self.ws_protocol_class is not None)
        return data if kept is head else kept + data[len(head) :]

    def on_headers_complete(self) -> None:
        """Refuse a head with too many fields, or without Host."""
        if len(self.headers) > self.limits.header_fields:
            self.refuse_while_parsing(TOO_LARGE)
        hosts = [name for name, _ in self.headers].count(b"host")
        if hosts > 1 or (not hosts and self.parser.get_http_version() != "1.0"):
            self.refuse_while_parsing(NO_HOST)
        self.in_head, self.head_bytes, self.at_line_start = False, 0, True
        self.heads += 1
        self.stop_deadline()
        super().on_headers_complete()
        if not self.parser.should_upgrade():
            self.headers = []  # for trailers, which the app does not see

    def on_body(self, body: bytes) -> None:
        """Close the connection if a client goes on to send a body that nobody will read."""
        super().on_body(body)
        self.around_body = 0
        if self.cycle is not None and self.cycle.response_complete:
            self.unwanted_bytes += len(body)
            self.start_deadline()
            if self.unwanted_bytes > self.limits.unwanted_bytes:
                self.transport.close()

    def on_message_complete(self) -> None:
        """Expect the next head."""
        self.waiting.pop(self, None)
        self.in_head, self.unwanted_bytes, self.around_body = True, 0, 0
        self.scope[BODY_ARRIVED] = True  # type: ignore[literal-required]
        self.stop_deadline()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, without the body of this one if the app did not read it."""
        if self.cycle.response_complete:  # a pipelined request may already have the next one
            self.cycle.body.clear()
        super().on_response_complete()
        if self.in_head and not self.pipeline and not self.transport.is_closing():
            self.waiting[self] = None

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser refused: in place of uvicorn's plain text."""
        self.refuse(self.refusal)

    def refuse_while_parsing(self, refusal: Refusal) -> None:
        """Stop the parser. uvicorn then calls `send_400_response`."""
        self.refusal = refusal
        raise HttpParserError(refusal.detail)

    def note_refusal(self, reason: str) -> None:
        """Log it with the address of the client."""
        self.refusals.note(reason, self.client[0] if self.client else "")

    def refuse(self, refusal: Refusal, *headers: tuple[bytes, bytes]) -> None:
        """Answer and close the connection. Without an answer if it would be taken for that of an earlier request."""
        self.note_refusal(refusal.reason)
        due = self.cycle is not None and not self.cycle.response_complete
        if not due or not (self.in_head or self.cycle.response_started):
            self.transport.write(refusal.encode(self.server_state.default_headers, *headers))
        self.transport.close()

    def start_deadline(self, seconds: float | None = None) -> None:
        """Give the client so many seconds from now, `head_s` by default, unless the clock runs already."""
        if self.deadline is None:
            self.deadline = self.loop.call_later(seconds or self.limits.head_s, self.end_wait)

    def stop_deadline(self) -> None:
        """Stop the clock, if it runs."""
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def end_wait(self) -> None:
        """Close the connection, but not before an answer that is due on it."""
        self.deadline = None
        if self.cycle is not None and not self.cycle.response_complete:
            self.start_deadline()
        else:
            if self.head_bytes or self.held:
                self.note_refusal("headers_too_slow")
            self.transport.close()
