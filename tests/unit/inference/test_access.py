"""Access control: valid, missing and unknown keys, and requests over the rate limit."""

import os
import time
from collections.abc import Callable
from hashlib import sha256

import pytest
from pydantic import ValidationError
from starlette.datastructures import Headers

from services.inference.api_key import NAME, main, make_key
from services.inference.http.access import Access, WindowCounters
from services.inference.settings import Settings
from shared.web.problems import ProblemError

HOME = "192.0.2.7"
DIGEST = "ab" * 32


@pytest.fixture(autouse=True)
def _no_inference_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("INFERENCE_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves a clock forward by some seconds. Otherwise the clock stands still."""
    now = 1_800_000_000.0  # the beginning of a minute
    monkeypatch.setattr(time, "time", lambda: now)

    def pass_by(seconds: float) -> None:
        nonlocal now
        now += seconds

    return pass_by


def access_with(**settings: str) -> Access:
    """The Access object that the service makes from these settings."""
    made = Settings(**settings)
    return Access(made.api_keys, made.rate_limit)


def bearer(key: str) -> Headers:
    return Headers({"Authorization": f"Bearer {key}"})


def refusal(access: Access, headers: Headers | None = None, client: str | None = HOME) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        access.admit(headers or Headers(), client)
    return raised.value


def count_admitted(access: Access, *clients: str | None, headers: Headers | None = None) -> int:
    admitted = 0
    for client in clients:
        try:
            access.admit(headers or Headers(), client)
        except ProblemError as problem:
            if problem.code != "rate_limited":
                raise
        else:
            admitted += 1
    return admitted


def test_without_keys_and_limit_everybody_is_admitted() -> None:
    access = access_with()
    assert [access.admit(Headers(), HOME) for _ in range(1000)] == [HOME] * 1000


def test_a_key_is_accepted_in_either_header() -> None:
    key, entry = make_key("mobile")
    access = access_with(api_keys=entry)
    for headers in (bearer(key), Headers({"authorization": f"bearer  {key} "}), Headers({"X-API-Key": key})):
        assert access.admit(headers, HOME) == "mobile"


def test_a_key_is_found_beside_another_kind_of_authorization() -> None:
    key, entry = make_key("mobile")
    headers = Headers({"Authorization": "Basic dTpw", "X-API-Key": key})
    assert access_with(api_keys=entry).admit(headers, HOME) == "mobile"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer  "}, {"X-API-Key": " "}],
)
def test_a_missing_key_is_unauthorised(headers: dict[str, str]) -> None:
    problem = refusal(access_with(api_keys=make_key("mobile")[1]), Headers(headers))
    assert problem.code == "unauthorised"
    assert problem.headers == {"WWW-Authenticate": "Bearer"}
    assert "X-API-Key" in problem.detail


@pytest.mark.parametrize("key", ["wrong", DIGEST, "ÿ" * 40, "x" * 100_000])
def test_an_unknown_key_is_forbidden_and_not_repeated_in_the_answer(key: str) -> None:
    problem = refusal(access_with(api_keys=f"mobile:{DIGEST}"), bearer(key))
    assert problem.code == "forbidden"
    assert key not in problem.detail


def test_an_old_and_a_new_key_of_one_name_both_work() -> None:
    (old, old_entry), (new, new_entry), (other, other_entry) = make_key("mobile"), make_key("mobile"), make_key("web")
    access = access_with(api_keys=f"{old_entry},{new_entry},{other_entry}")
    assert [access.admit(bearer(key), HOME) for key in (old, new, other)] == ["mobile", "mobile", "web"]


def test_a_caller_over_the_limit_is_told_how_long_to_wait(clock: Callable[[float], None]) -> None:
    access = access_with(rate_limit="10/minute")
    clock(20)
    assert count_admitted(access, *[HOME] * 12) == 10
    problem = refusal(access)
    assert problem.code == "rate_limited"
    assert problem.headers == {"Retry-After": "40"}
    assert "10 per 1 minute" in problem.detail
    assert "40 s" in problem.detail
    clock(40.01)
    assert access.admit(Headers(), HOME) == HOME


def test_a_limit_per_second_admits_again_after_a_second() -> None:
    access = access_with(rate_limit="5/second")
    count_admitted(access, *[HOME] * 20)
    time.sleep(1.01)
    assert access.admit(Headers(), HOME) == HOME


def test_a_burst_across_two_windows_does_not_get_twice_the_limit(clock: Callable[[float], None]) -> None:
    access = access_with(rate_limit="100/minute")
    clock(59)
    assert count_admitted(access, *[HOME] * 150) == 100
    clock(2)
    assert count_admitted(access, *[HOME] * 150) <= 3


def test_each_key_has_its_own_limit_for_all_client_addresses() -> None:
    (mobile, first), (web, second) = make_key("mobile"), make_key("web")
    access = access_with(api_keys=f"{first},{second}", rate_limit="3/year")
    assert count_admitted(access, "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", headers=bearer(mobile)) == 3
    assert count_admitted(access, *[HOME] * 5, headers=bearer(web)) == 3


def test_an_unknown_key_does_not_count_against_a_limit() -> None:
    key, entry = make_key("mobile")
    access = access_with(api_keys=entry, rate_limit="1/year")
    assert refusal(access, bearer("wrong")).code == "forbidden"
    assert access.admit(bearer(key), HOME) == "mobile"


@pytest.mark.parametrize(
    ("clients", "admitted"),
    [
        (["192.0.2.1", "192.0.2.1", "192.0.2.2"], 2),
        (["2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"], 2),  # one /64 is one client
        (["::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.1"], 2),  # IPv4 addresses written as IPv6
        (["fe80::1%eth0", "fe80::2%eth0"], 1),
        ([None, None], 1),  # a Unix socket
        (["no:address", "no:address", "other:name"], 2),
    ],
)
def test_without_keys_each_client_address_has_its_own_limit(clients: list[str | None], admitted: int) -> None:
    assert count_admitted(access_with(rate_limit="1/year"), *clients) == admitted


def test_headers_that_name_another_client_are_ignored() -> None:
    access = access_with(rate_limit="1/year")
    spoofed = [Headers({"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"}) for n in range(5)]
    assert sum(count_admitted(access, HOME, headers=headers) for headers in spoofed) == 1


def test_expired_counters_are_removed(clock: Callable[[float], None]) -> None:
    counters = WindowCounters()
    assert [counters.incr("first", 10), counters.incr("first", 10), counters.incr("second", 10)] == [1, 2, 1]
    clock(10)
    assert counters.incr("third", 10) == 1
    assert set(counters.expirations) == set(counters.storage) == {"third"}


def test_counting_starts_no_thread() -> None:
    counters = WindowCounters()
    counters.timer.join()
    counters.incr("first", 10)
    assert not counters.timer.is_alive()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_API_KEYS", f" mobile:{DIGEST} ,\nweb:{DIGEST.upper()},")
    monkeypatch.setenv("INFERENCE_RATE_LIMIT", "6000/minute")
    settings = Settings()
    assert [(key.name, key.digest) for key in settings.api_keys] == [("mobile", b"\xab" * 32), ("web", b"\xab" * 32)]
    assert (settings.rate_limit.amount, settings.rate_limit.get_expiry()) == (6000, 60)


def test_empty_variables_mean_no_keys_and_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_API_KEYS", "")
    monkeypatch.setenv("INFERENCE_RATE_LIMIT", " ")
    settings = Settings()
    assert (settings.api_keys, settings.rate_limit) == ((), None)


@pytest.mark.parametrize("keys", ["slate_secret", "mobile:slate_secret", f"mo bile:{DIGEST}", f":{DIGEST}", "mobile:"])
def test_malformed_keys_are_an_error_that_does_not_print_them(monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    monkeypatch.setenv("INFERENCE_API_KEYS", f"web:{DIGEST},{keys}")
    with pytest.raises(ValidationError, match="entry 2 is not") as raised:
        Settings()
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("limit", ["100", "100/fortnight", "0/second", "-1/second", "1/second;5/minute", "fast"])
def test_a_malformed_limit_is_an_error(limit: str) -> None:
    with pytest.raises(ValidationError, match="must be one limit of at least 1"):
        Settings(rate_limit=limit)


def test_the_command_prints_a_key_and_its_settings_entry(capsys: pytest.CaptureFixture[str]) -> None:
    main(["mobile-2"])
    lines = capsys.readouterr().out.splitlines()
    key, entry = lines[1].strip(), lines[3].strip()
    assert entry == f"mobile-2:{sha256(key.encode()).hexdigest()}"
    assert access_with(api_keys=entry).admit(bearer(key), HOME) == "mobile-2"


@pytest.mark.parametrize("name", ["", "two words", "a:b", "a,b", "n" * 65])
def test_the_command_refuses_a_name_that_the_settings_would_refuse(name: str) -> None:
    assert not NAME.fullmatch(name)
    with pytest.raises(SystemExit):
        main([name])


def test_every_key_is_different() -> None:
    assert len({make_key("mobile") for _ in range(100)}) == 100
