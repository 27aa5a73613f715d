"""Traces with OpenTelemetry, if OTEL_EXPORTER_OTLP_ENDPOINT is set. Otherwise nothing that traces is imported.

All spans of one request have one trace. Its id is the request id, if that has 32 hexadecimal digits, as Slate's own
have. So the id in a log or a problem finds the trace, also of what the page saves later.
"""

import os
import re
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware
from starlette.types import Scope

from shared.web.metrics import NOT_MEASURED
from shared.web.request_id import find_request_id

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
NOTHING = nullcontext()

_tracer: "Tracer | None" = None


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """Measure the block as a part of the trace. Without tracing it does nothing."""
    return NOTHING if _tracer is None else _tracer.start_as_current_span(name, attributes=attributes)


def start_tracing(service: str) -> list[Middleware]:
    """Begin to send spans, and return the middleware that makes one of each request. Both only with an endpoint.

    Call it in the process that serves. ImportError if the packages of the extra `tracing` are missing.
    """
    if not any(os.environ.get(endpoint) for endpoint in ENDPOINTS):
        return []
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class RequestIdGenerator(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            request_id = find_request_id() or ""
            return int(request_id, 16) if TRACE_ID.fullmatch(request_id) else super().generate_trace_id()

    global _tracer
    if _tracer is None:
        os.environ.setdefault("OTEL_SERVICE_NAME", service)
        provider = TracerProvider(resource=Resource.create(), id_generator=RequestIdGenerator())
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
        _tracer = trace.get_tracer("slate")
    unmeasured = ",".join(f"{path}$" for path in NOT_MEASURED)
    return [
        Middleware(
            OpenTelemetryMiddleware,
            excluded_urls=unmeasured,
            server_request_hook=_add_request_id,
            exclude_spans=["receive", "send"],
        )
    ]


def trace_calls() -> None:
    """Make a span of each request to another service, and tell that service the trace. Only while tracing."""
    if _tracer is not None:
        from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

        HTTPXClientInstrumentor().instrument()


def _add_request_id(span: "Span", _scope: Scope) -> None:
    """For ids of callers that cannot be the id of a trace."""
    if request_id := find_request_id():
        span.set_attribute("slate.request_id", request_id)
