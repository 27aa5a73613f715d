"""One stroke on the page is one trace through all three services, under the id that the log of storage has."""

import pytest
from playwright.sync_api import Browser

from tests.e2e.hand import SEVEN, draw, expect_read_as
from tests.e2e.stack import open_page, running_stack, wait_until
from tests.integration.web.test_tracing import Receiver, receiver  # noqa: F401  a fixture

pytestmark = pytest.mark.browser
CALLS = (("slate-frontend", "POST"), ("slate-inference", "/v1/predict"), ("slate-storage", "/v1/predictions/"))


def test_a_stroke_is_one_trace_from_the_page_to_inference_and_storage(browser: Browser, receiver: Receiver) -> None:  # noqa: F811
    def find_whole_traces() -> set[str]:
        """The traces that have a span of each of these calls."""
        calls = ({span[1] for span in receiver.spans if span[0] == of and what in span[2]} for of, what in CALLS)
        return set.intersection(*calls)

    with running_stack(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, OTEL_BSP_SCHEDULE_DELAY="100") as stack:
        page = browser.new_page()
        open_page(page, stack)
        draw(page, SEVEN)
        expect_read_as(page, 7)
        wait_until(find_whole_traces, "a trace through all services")
        (trace,) = find_whole_traces()
        assert trace in (stack.folder / "data" / "logs" / "storage.log").read_text()
        page.close()
