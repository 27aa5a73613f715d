"""One press is one trace, from the client of the page to the lane of inference, and to the SQL of storage."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from benchmarks.inference_service import running_inference
from tests.e2e.stack import wait_until
from tests.integration.inference.conftest import encode, seven

ROOT = Path(__file__).parents[3]
PRESS = "0af7651916cd43dd8448eb211c80319c"
CALL = """
import sys
from shared.clients.inference import InferenceClient
from shared.web.request_id import begin_request, find_request_id
from shared.web.tracing import start_tracing, trace_calls

start_tracing("slate-frontend")
trace_calls()
begin_request(sys.argv[2])
with InferenceClient(sys.argv[1], find_request_id=find_request_id) as client:
    client.predict(sys.stdin.buffer.read())
"""
STORE = """
import asyncio, sys
import httpx
from services.storage.app import create_app
from services.storage.settings import Settings

async def main():
    app = create_app(Settings(database_url=sys.argv[1], token="a token for tests"))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        headers = {"Authorization": "Bearer a token for tests", "X-Request-ID": sys.argv[2]}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            assert (await client.get("/v1/totals")).status_code == 200

asyncio.run(main())
"""
Span = tuple[str, str, str]  # service, trace, name


class Receiver:
    """An OTLP receiver over HTTP, as any collector is."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.take(ExportTraceServiceRequest.FromString(body))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, request: ExportTraceServiceRequest) -> None:
        for sent in request.resource_spans:
            (service,) = (a.value.string_value for a in sent.resource.attributes if a.key == "service.name")
            self.spans += [
                (service, span.trace_id.hex(), span.name) for part in sent.scope_spans for span in part.spans
            ]

    def has(self, service: str, name: str) -> bool:
        return any(span[0] == service and span[1] == PRESS and name in span[2] for span in self.spans)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    threading.Thread(target=receiver.server.serve_forever).start()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def run(code: str, receiver: Receiver, *arguments: str, given: bytes = b"") -> None:
    environment = os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}
    subprocess.run([sys.executable, "-c", code, *arguments], input=given, env=environment, cwd=ROOT, check=True)


def test_a_press_is_one_trace_through_the_client_inference_and_its_lane(receiver: Receiver) -> None:
    with running_inference(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, OTEL_BSP_SCHEDULE_DELAY="100") as url:
        run(CALL, receiver, url, PRESS, given=encode(seven()))
        wait_until(lambda: receiver.has("slate-inference", "/v1/predict"), "the request is traced")
    assert receiver.has("slate-frontend", "POST")
    assert receiver.has("slate-inference", "short lane")


def test_what_is_asked_of_storage_is_in_the_trace_down_to_the_sql(receiver: Receiver, database_url: str) -> None:
    run(STORE, receiver, database_url, PRESS)
    wait_until(lambda: receiver.has("slate-storage", "/v1/totals"), "the request is traced")
    assert receiver.has("slate-storage", "SQL ")


def test_without_an_endpoint_nothing_is_imported_that_would_trace() -> None:
    code = (
        "import sys\n"
        "from services.inference.app import create_app\n"
        "from services.inference.settings import Settings\n"
        "create_app(Settings(device='cpu', engine='openvino'))\n"
        "tracing = ('opentelemetry.sdk', 'opentelemetry.exporter', 'opentelemetry.instrumentation')\n"
        "assert not [name for name in sys.modules if name.startswith(tracing)]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
