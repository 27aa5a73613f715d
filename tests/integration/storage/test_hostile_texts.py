"""A text of a caller is a value of a query and never a part of it."""

import pytest

HOSTILE = [
    "'; DROP TABLE predictions; --",
    "' OR '1'='1",
    '" OR ""="',
    "$1",
    "{}{0}",
    "%s%(name)s",
    "\\'; SELECT pg_sleep(60); --",
    "ʼ; DROP TABLE audit; --",
]
ROUTES = ("/v1/predictions", "/v1/prediction-count", "/v1/statistics", "/v1/totals", "/v1/shadow")


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_hostile_name_of_a_model_is_stored_and_searched_as_a_text(install, make, text):
    curator = await (await install()).curator()
    body = make.body() | {"model": {"name": text, "version": text}}
    path = f"/v1/predictions/{make.id()}"
    assert (await curator.put(path, json=body)).status_code == 201
    assert (await curator.get(path)).json()["model"] == {"name": text, "version": text}
    found = await curator.get("/v1/predictions", params={"model": f"{text}/{text}"})
    assert [one["model"]["name"] for one in found.json()["predictions"]] == [text]
    for route in ROUTES:
        answer = await curator.get(
            route, params={"model": f"{text}/{text}", "source": text, "order": text, "cursor": text}
        )
        assert answer.status_code == 422
        answer = await curator.get(route, params={"model": f"{text}/{text}"})
        assert answer.status_code == 200
    assert (await curator.get("/readyz")).status_code == 200
