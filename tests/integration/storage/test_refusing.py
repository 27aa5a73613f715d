"""Bad requests are refused with a problem that has a code, never with a 500."""

import httpx
import pytest

from services.storage.app import MAX_BODY_BYTES

OPEN_PATHS = ["/healthz", "/readyz", "/metrics"]
GUARDED = [
    ("PUT", "/v1/predictions/{id}"),
    ("GET", "/v1/predictions/{id}"),
    ("GET", "/v1/predictions/{id}/drawing"),
    ("DELETE", "/v1/predictions/{id}"),
    ("PUT", "/v1/predictions/{id}/label"),
    ("DELETE", "/v1/predictions/{id}/label"),
    ("GET", "/v1/predictions"),
    ("GET", "/v1/statistics"),
    ("GET", "/v1/labelled-drawings"),
    ("GET", "/v1/nothing-here"),
]


def _code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic a token for tests", "Bearer t\xf6ken"])
async def test_a_request_without_the_token_is_unauthorised(client, header):
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    del client.headers["Authorization"]
    answer = await client.get("/v1/predictions", headers=headers)
    assert _code(answer) == (401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), GUARDED, ids=lambda part: part)
async def test_every_route_checks_the_token_before_it_reads_the_body(client, make, method, path):
    del client.headers["Authorization"]
    answer = await client.request(method, path.format(id=make.id()), content=b"{not json")
    assert _code(answer) == (401, "unauthorised")


@pytest.mark.parametrize("path", OPEN_PATHS)
async def test_health_and_metrics_need_no_token(client, path):
    del client.headers["Authorization"]
    assert (await client.get(path)).status_code == 200


BAD_FIELDS = {
    "unknown field": {"colour": "red"},
    "digit over nine": {"digit": 10},
    "negative digit": {"digit": -1},
    "confidence over one": {"confidence": 1.5},
    "nine probabilities": {"probabilities": [0.1] * 9},
    "digit false": {"digit": False},
    "digit as a text": {"digit": "7"},
    "rejected as a number": {"rejected": 0},
    "rejected as a text": {"rejected": "true"},
    "confidence true": {"confidence": True},
    "confidence as a text": {"confidence": "0.5"},
    "probabilities with a boolean": {"probabilities": [True] + [0.0] * 9},
    "empty model name": {"model": {"name": "", "version": "1"}},
    "nul in the model name": {"model": {"name": "c\0n", "version": "1"}},
    "unknown source": {"source": "fax"},
    "broken base64": {"drawing": "iVBO!"},
    "time as a number": {"created_at": 0},
    "time as a number in a text": {"created_at": "0"},
    "time as a date": {"created_at": "2026-11-21"},
    "time without zone": {"created_at": "2026-11-21T10:00:00"},
    "time before the year 1": {"created_at": "0001-01-01T00:00:00+14:00"},
    "last microsecond of all": {"created_at": "9999-12-31T23:59:59.999999Z"},
    "time after the year 9999": {"created_at": "9999-12-31T23:59:59-12:00"},
    "year 12026": {"created_at": "12026-11-21T10:00:00Z"},
}


@pytest.mark.parametrize("change", BAD_FIELDS.values(), ids=BAD_FIELDS)
async def test_a_bad_field_is_an_invalid_request(client, make, change):
    answer = await client.put(f"/v1/predictions/{make.id()}", json=make.body(**change))
    assert _code(answer) == (422, "invalid_request")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_a_number_that_is_not_finite_is_an_invalid_request(client, make, number):
    content = httpx.Request("PUT", "http://x", json=make.body(confidence=0.123)).content
    content = content.replace(b"0.123", number.encode(), 1)
    headers = {"Content-Type": "application/json"}
    answer = await client.put(f"/v1/predictions/{make.id()}", content=content, headers=headers)
    assert _code(answer) == (422, "invalid_request")


async def test_half_a_surrogate_pair_is_an_invalid_request(client, make):
    content = httpx.Request("PUT", "http://x", json=make.body(model={"name": "?", "version": "1"})).content
    content = content.replace(b'"?"', rb'"\ud800"')
    headers = {"Content-Type": "application/json"}
    answer = await client.put(f"/v1/predictions/{make.id()}", content=content, headers=headers)
    assert _code(answer) == (422, "invalid_request")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"\xff"'])
async def test_a_malformed_body_is_an_invalid_request(client, make, content):
    headers = {"Content-Type": "application/json"}
    answer = await client.put(f"/v1/predictions/{make.id()}", content=content, headers=headers)
    assert answer.status_code in (400, 422)
    assert _code(answer)[1] == "invalid_request"


@pytest.mark.parametrize(
    "label", [{"digit": 10}, {"digit": None}, {}, {"digit": 1, "sure": True}, {"digit": False}, {"digit": "1"}]
)
async def test_a_bad_label_is_an_invalid_request(client, store, label):
    answer = await client.put(f"/v1/predictions/{(await store())['id']}/label", json=label)
    assert _code(answer) == (422, "invalid_request")


async def test_an_id_that_is_not_a_uuid_is_an_invalid_request(client, make):
    assert _code(await client.put("/v1/predictions/7", json=make.body())) == (422, "invalid_request")


BAD_QUERIES = [
    "limit=0", "limit=201", "limit=x", "colour=red", "digit=10", "label=-1", "correct=perhaps", "source=fax",
    "model=", "model=cnn/", "model=/1", "model=c%00n", "model=cnn/%00", "since=yesterday", "since=2026-11-21T10:00:00",
    "since=0001-01-01T00:00:00%2B14:00", "until=9999-12-31T23:59:59-12:00",
    "cursor=", "cursor=x", "cursor=%00", "cursor=%C3%B6", "cursor=AAAA", "newer_than=AAAA",
    "since=0.5", "until=0.5", "until=1700000000", "since=2026-11-21", "since=2026-11-21T10:00Z",
    "until=9999-01-01T00:00:00Z",
]  # fmt: skip


@pytest.mark.parametrize("query", BAD_QUERIES)
async def test_a_bad_query_is_an_invalid_request(client, query):
    assert _code(await client.get(f"/v1/predictions?{query}")) == (422, "invalid_request")


MANY_VALUES = {
    "unknown keys": b'{"' + b'":0,"'.join(f"{number:x}".encode() for number in range(2000)) + b'":0}',
    "numbers": b'{"probabilities":[' + b"1," * 2000 + b"1]}",
    "objects": b"[" + b"{}," * 2000 + b"{}]",
    "nested lists": b"[" * 2000 + b"]" * 2000,
    "nested objects": b'{"digit":' * 2000 + b"1" + b"}" * 2000,
}


@pytest.mark.parametrize("content", MANY_VALUES.values(), ids=MANY_VALUES)
@pytest.mark.parametrize("path", ["/v1/predictions/{id}", "/v1/predictions/{id}/label"])
async def test_a_body_with_many_values_is_refused_before_it_is_parsed(client, make, path, content):
    headers = {"Content-Type": "application/json"}
    answer = await client.put(path.format(id=make.id()), content=content, headers=headers)
    assert _code(answer) == (422, "invalid_request")
    assert answer.json()["detail"] == "body: The JSON has too many values."


@pytest.mark.parametrize(
    "content", [b"[" * 999, b"[" * 500 + b"]" * 500, b"1" * 100_000, b'{"digit":' + b"1" * 9_999 + b"}"]
)
async def test_deep_lists_and_long_numbers_are_invalid_requests(client, make, content):
    headers = {"Content-Type": "application/json"}
    answer = await client.put(f"/v1/predictions/{make.id()}", content=content, headers=headers)
    assert _code(answer) == (422, "invalid_request")


async def test_a_body_over_the_limit_is_too_large(client, make):
    answer = await client.put(f"/v1/predictions/{make.id()}", json=make.body(drawing="A" * MAX_BODY_BYTES))
    assert _code(answer) == (413, "too_large")


async def test_a_wrong_method_is_answered_with_a_problem(client, make):
    assert _code(await client.post(f"/v1/predictions/{make.id()}", json={})) == (405, "method_not_allowed")


async def test_no_web_page_is_allowed_to_call_from_a_browser(client: httpx.AsyncClient) -> None:
    origin = {"Origin": "http://localhost:8501"}
    asked = await client.get("/v1/statistics", headers=origin)
    preflight = await client.options("/v1/statistics", headers=origin | {"Access-Control-Request-Method": "GET"})
    assert asked.status_code == 200
    assert [name for name in {**asked.headers, **preflight.headers} if name.startswith("access-control-")] == []
