"""The benchmark of serving: its load, its request bodies and its table."""

import asyncio
import base64
import contextlib
import json
from pathlib import Path

from benchmarks.flood import flood
from benchmarks.serving import Measurements, make_tables
from benchmarks.wrk import make_drawing, write_bodies
from shared.recognition.preprocessing import preprocess

REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"


async def serve_in_turn(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers 200 and 503 in turn, and closes the connection at its fifth request."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        for status in (b"200 OK", b"503 Service Unavailable", b"200 OK", b"503 Service Unavailable"):
            await reader.readuntil(b"hi")
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 3\r\n\r\nyes")
            await writer.drain()
        await reader.readuntil(b"hi")
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def test_every_request_of_a_flood_is_accounted_for() -> None:
    server = await asyncio.start_server(serve_in_turn, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        result = await flood("127.0.0.1", port, REQUEST, rate=500, seconds=0.1)
        await asyncio.sleep(0.05)  # the server needs time to see that the connections are closed
    assert sum(result.counts.values()) + result.lost == 50
    assert set(result.counts) == {200, 503}
    assert result.lost > 0
    assert result.percentile_ms(200, 50) > 0


def test_the_bodies_hold_a_drawing_that_can_be_read(tmp_path: Path) -> None:
    write_bodies(tmp_path)
    encoded = json.loads((tmp_path / "slate.json").read_text())["image"]
    assert base64.b64decode(encoded) == make_drawing()
    assert preprocess(make_drawing()).max() == 255
    assert str(tmp_path / "mlserver.json") in (tmp_path / "mlserver.lua").read_text()


def test_the_table_compares_slate_with_the_best_framework() -> None:
    def measured(cpu_ms: float, rate: float, alone_ms: float) -> Measurements:
        return Measurements([1], [100], [alone_ms], [rate], [cpu_ms], [50])

    table = list(
        make_tables(
            {
                "Slate": measured(1, 600, 1),
                "Slate, two processes": measured(1, 1200, 1),
                "plain FastAPI": measured(3, 300, 2),
                "LitServe, batching": measured(2.5, 400, 5),
                "MLServer, batching": measured(2, 300, 4),
            }
        )
    )
    shares = [line.split("|")[2].strip() for line in table if "×" in line]
    assert shares == ["0.50 ×", "3.00 ×", "0.25 ×", "0.50 ×", "2.00 ×"]
