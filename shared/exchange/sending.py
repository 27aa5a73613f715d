"""Sends predictions to a running Slate, a part at a time: while storage works on one part, the next one is made."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from shared.contracts.exchange import ImportResult
from shared.exchange.client import ExchangeClient, Row

AT_ONCE = 2


def send_parts(client: ExchangeClient, parts: Iterable[list[Row]], progress: Callable[[int], object]) -> ImportResult:
    """Send all parts → how many predictions were stored and how many existed. `progress` gets those of each part."""
    stored = existing = 0
    with ThreadPoolExecutor(AT_ONCE, "import") as threads:
        sent: deque[Future[ImportResult]] = deque()
        for part in parts:
            sent.append(threads.submit(client.send, part))
            if len(sent) > AT_ONCE:
                stored, existing = _add(sent.popleft().result(), stored, existing, progress)
        for each in sent:
            stored, existing = _add(each.result(), stored, existing, progress)
    return ImportResult(stored=stored, existing=existing)


def _add(result: ImportResult, stored: int, existing: int, progress: Callable[[int], object]) -> tuple[int, int]:
    progress(result.stored + result.existing)
    return stored + result.stored, existing + result.existing
