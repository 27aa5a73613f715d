"""The base client over TCP: keep-alive connections, retries, and the two kinds of errors."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceClient, ServiceUnavailableError
from shared.contracts.message import ModelVersion
from tests.e2e.stack import free_port
from tests.integration.clients.listening import hanging, hanging_up, listening
from tests.integration.clients.stand_in import StandIn, problem
from tests.unit.clients.fake_clock import FakeClock

PATH = "/v1/anything"
IMPATIENT = Patience(retry_for_s=0)


@pytest.fixture
def client(url: str, clock: FakeClock) -> Iterator[ServiceClient]:
    with ServiceClient(url, clock=clock) as client:
        yield client


def busy(status: int = 503, retry_after: str | None = None) -> Response:
    return Response(status_code=status, headers={} if retry_after is None else {"Retry-After": retry_after})


def test_successive_requests_share_a_connection(client: ServiceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(Response(), busy(), Response(), problem(404, "not_found"), Response())
    client.request("GET", PATH)
    client.request("POST", PATH, content=b"a drawing")
    with pytest.raises(RefusedError):
        client.request("GET", PATH)
    client.request("GET", PATH)
    assert len(stand_in.asked) == 5
    assert len({asked.connection for asked in stand_in.asked}) == 1


def test_a_closed_client_sends_nothing(url: str, stand_in: StandIn) -> None:
    stand_in.will_answer(Response())
    with ServiceClient(url) as client:
        client.request("GET", PATH)
    with pytest.raises(RuntimeError, match="closed"):
        client.request("GET", PATH)


def test_the_api_key_is_sent_as_a_bearer_token(url: str, stand_in: StandIn) -> None:
    stand_in.will_answer(Response(), Response())
    for key in ("a key", "clé"):
        with ServiceClient(url, api_key=key) as client:
            client.request("GET", PATH)
    sent = [asked.headers["authorization"].encode("latin-1").decode() for asked in stand_in.asked]
    assert sent == ["Bearer a key", "Bearer clé"]


@pytest.mark.parametrize("key", [None, ""])
def test_no_authorization_is_sent_without_an_api_key(url: str, stand_in: StandIn, key: str | None) -> None:
    stand_in.will_answer(Response())
    with ServiceClient(url, api_key=key) as client:
        client.request("GET", PATH)
    assert "authorization" not in stand_in.asked[0].headers


@pytest.mark.parametrize("key", ["secret\n", " secret", "secret ", "sec\r\nX-More: ret", "sec\0ret", "\n"])
def test_an_api_key_that_a_header_cannot_hold_is_refused_and_not_quoted(key: str) -> None:
    with pytest.raises(ValueError, match="API key") as refused:
        ServiceClient("http://127.0.0.1", api_key=key)
    assert "sec" not in str(refused.value)


def test_the_base_url_can_have_a_path(url: str, stand_in: StandIn) -> None:
    stand_in.will_answer(Response())
    with ServiceClient(f"{url}/slate/") as client:
        client.request("GET", PATH)
    assert stand_in.asked[0].line == f"GET /slate{PATH}"


def test_a_retry_sends_the_same_request(client: ServiceClient, stand_in: StandIn, clock: FakeClock) -> None:
    stand_in.will_answer(busy(503), busy(502), busy(504), busy(429), Response(b"at last"))
    files = [("files", b"one"), ("files", b"two")]
    assert client.request("POST", PATH, files=files, params={"model": "cnn"}).content == b"at last"
    assert len(clock.waits) == 4
    assert [asked.files for asked in stand_in.asked] == [files] * 5
    assert {asked.line for asked in stand_in.asked} == {f"POST {PATH}?model=cnn"}


def test_a_retry_waits_at_least_retry_after(client: ServiceClient, stand_in: StandIn, clock: FakeClock) -> None:
    stand_in.will_answer(busy(503, retry_after="2"), busy(429, retry_after="9"), Response())
    client.request("GET", PATH)
    assert clock.waits[0] > 2
    assert clock.waits[1] > 9


def test_the_service_is_unavailable_if_retry_after_is_too_long(
    client: ServiceClient, stand_in: StandIn, clock: FakeClock
) -> None:
    stand_in.will_answer(busy(503, retry_after="3600"))
    with pytest.raises(ServiceUnavailableError, match="503"):
        client.request("GET", PATH)
    assert clock.waits == []


def test_an_overload_is_reported_at_once_without_patience(url: str, stand_in: StandIn) -> None:
    stand_in.will_answer(problem(503, "overloaded"))
    with ServiceClient(url, patience=IMPATIENT) as client, pytest.raises(ServiceUnavailableError, match="Draw someth"):
        client.request("GET", PATH)
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(401, "unauthorised"), (404, "unknown_model"), (413, "too_large"), (422, "blank_drawing")]
)
def test_a_refusal_gives_its_reason_and_is_not_retried(
    client: ServiceClient, stand_in: StandIn, status: int, code: str
) -> None:
    stand_in.will_answer(problem(status, code))
    with pytest.raises(RefusedError, match="Draw something") as refused:
        client.request("GET", PATH)
    assert (refused.value.problem.status, refused.value.problem.code) == (status, code)
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        HTMLResponse("<h1>Forbidden</h1>", 403),
        JSONResponse({"detail": "Not Found"}, 404),
        JSONResponse(["no object"], 400),
        Response(b"\xff\xfe", 418),
        RedirectResponse("https://elsewhere/", 308),
    ],
)
def test_a_refusal_without_a_problem_body_still_names_its_status(
    client: ServiceClient, stand_in: StandIn, answer: Response
) -> None:
    stand_in.will_answer(answer)
    with pytest.raises(RefusedError, match=str(answer.status_code)) as refused:
        client.request("GET", PATH)
    assert refused.value.problem.status == answer.status_code
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(
    "answer", [problem(500, "internal_error"), HTMLResponse("<h1>Oh</h1>", 500), problem(408, "timeout")]
)
def test_a_fault_and_a_slow_body_make_the_service_unavailable_and_are_not_retried(
    client: ServiceClient, stand_in: StandIn, answer: Response
) -> None:
    stand_in.will_answer(answer)
    with pytest.raises(ServiceUnavailableError):
        client.request("GET", PATH)
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        HTMLResponse("<h1>Welcome to nginx</h1>"),
        JSONResponse({"name": "cnn"}),
        Response(b"no gzip", headers={"Content-Encoding": "gzip"}),
    ],
)
def test_an_answer_of_an_unexpected_form_makes_the_service_unavailable(
    client: ServiceClient, stand_in: StandIn, answer: Response
) -> None:
    stand_in.will_answer(answer)
    with pytest.raises(ServiceUnavailableError):
        client.ask(ModelVersion, "GET", PATH)


def test_unknown_fields_of_a_newer_service_are_ignored(client: ServiceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(JSONResponse({"name": "cnn", "version": "1", "nickname": "c"}))
    assert client.ask(ModelVersion, "GET", PATH) == ModelVersion(name="cnn", version="1")
    stand_in.will_answer(problem(404, "not_found", hint="look elsewhere"))
    with pytest.raises(RefusedError, match="Draw something"):
        client.ask(ModelVersion, "GET", PATH)


def test_a_refusal_with_a_code_of_a_newer_service_keeps_its_reason_and_its_id(
    client: ServiceClient, stand_in: StandIn
) -> None:
    stand_in.will_answer(problem(422, "too_many_digits", request_id="an-id"))
    with pytest.raises(RefusedError) as refused:
        client.request("GET", PATH)
    read = refused.value.problem
    assert (read.status, read.code, read.detail, read.request_id) == (422, "internal_error", "Draw something.", "an-id")


def test_an_unreachable_service_is_unavailable_when_patience_ends(clock: FakeClock) -> None:
    address = f"http://somebody:secret@127.0.0.1:{free_port()}"
    with (
        ServiceClient(address, patience=Patience(retry_for_s=5), clock=clock) as client,
        pytest.raises(ServiceUnavailableError) as unavailable,
    ):
        client.request("GET", PATH)
    assert 0 < sum(clock.waits) <= 5
    assert "127.0.0.1" in str(unavailable.value)
    assert "secret" not in str(unavailable.value)


def test_a_service_that_starts_between_two_tries_answers(stand_in: StandIn) -> None:
    port = free_port()

    class StartingClock(FakeClock):
        def sleep(self, seconds: float, /) -> None:
            if not self.waits:
                started.enter_context(listening(stand_in, port))
            super().sleep(seconds)

    stand_in.will_answer(Response(b"here"))
    with ExitStack() as started, ServiceClient(f"http://127.0.0.1:{port}", clock=StartingClock()) as client:
        assert client.request("GET", PATH).content == b"here"


def test_a_hanging_service_is_unavailable_and_not_asked_again(clock: FakeClock) -> None:
    patience = Patience(read_timeout_s=0.1)
    with hanging() as address, ServiceClient(address, patience=patience, clock=clock) as client:
        with pytest.raises(ServiceUnavailableError, match="timed out"):
            client.request("GET", PATH)
        assert not client.is_ready()
    assert clock.waits == []


def test_a_dropped_connection_is_replaced_without_a_wait() -> None:
    with hanging_up() as address, ServiceClient(address, patience=IMPATIENT) as client:
        for _ in range(3):
            assert client.request("GET", PATH).is_success
        assert client.is_ready()


def test_readiness_is_asked_once_and_without_a_wait(stand_in: StandIn, clock: FakeClock, url: str) -> None:
    stand_in.will_answer(Response(), problem(503, "not_ready"))
    with ServiceClient(url, clock=clock) as client, ServiceClient(f"http://127.0.0.1:{free_port()}") as nobody:
        assert client.is_ready()
        assert not client.is_ready()
        assert not nobody.is_ready()
    assert [asked.line for asked in stand_in.asked] == ["GET /readyz"] * 2
    assert clock.waits == []


def test_a_request_has_the_id_of_what_it_belongs_to_and_a_retry_has_the_same(
    url: str, stand_in: StandIn, clock: FakeClock
) -> None:
    stand_in.will_answer(busy(), Response(), Response())
    with ServiceClient(url, clock=clock, find_request_id=iter(["a-press", None]).__next__) as client:
        client.request("GET", PATH)
        client.request("GET", PATH)
    first, again, other = (asked.headers["x-request-id"] for asked in stand_in.asked)
    assert (first, again) == ("a-press", "a-press")
    assert len(other) == 32


def test_a_failure_knows_the_id_that_the_service_gave_it(url: str, stand_in: StandIn) -> None:
    stand_in.will_answer(problem(500, "internal_error", request_id="this-one"))
    with ServiceClient(url, patience=IMPATIENT) as client, pytest.raises(ServiceUnavailableError) as raised:
        client.request("GET", PATH)
    assert raised.value.problem
    assert raised.value.problem.request_id == "this-one"
