"""A text of a caller is a value of a query and never a part of it."""

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


async def test_a_hostile_name_of_a_model_is_stored_and_searched_as_a_text(install, make):
    curator = await (await install()).curator()
    for text in HOSTILE:
        model = {"model": f"{text}/{text}"}
        path = f"/v1/predictions/{make.id()}"
        body = make.body() | {"model": {"name": text, "version": text}}
        assert (await curator.put(path, json=body)).status_code == 201
        assert (await curator.get(path)).json()["model"] == {"name": text, "version": text}
        found = await curator.get("/v1/predictions", params=model)
        assert [one["model"]["name"] for one in found.json()["predictions"]] == [text]
        for route in ROUTES:
            assert (await curator.get(route, params=model)).status_code == 200
            hostile = model | {"source": text, "order": text, "cursor": text}
            assert (await curator.get(route, params=hostile)).status_code == 422
    assert (await curator.get("/readyz")).status_code == 200
