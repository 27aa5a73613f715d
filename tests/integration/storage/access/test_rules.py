"""Every route has a rule, and every rule refuses each caller who lacks the right."""

import pytest
from fastapi.routing import iter_route_contexts

from services.storage.access.rules import Require
from services.storage.app import create_app
from shared.web.open_paths import OPEN_PATHS

SCOPES = ("read", "write", "label", "curate", "visitors")
RULES = {
    ("PUT", "/v1/predictions/{prediction_id}"): "write",
    ("GET", "/v1/predictions/{prediction_id}"): "read",
    ("DELETE", "/v1/predictions/{prediction_id}"): "write",
    ("GET", "/v1/predictions/{prediction_id}/drawing"): "read",
    ("PUT", "/v1/predictions/{prediction_id}/label"): "label",
    ("DELETE", "/v1/predictions/{prediction_id}/label"): "label",
    ("GET", "/v1/predictions/{prediction_id}/label-history"): "read",
    ("GET", "/v1/predictions"): "read",
    ("GET", "/v1/prediction-count"): "read",
    ("GET", "/v1/totals"): "read",
    ("GET", "/v1/model-versions"): "read",
    ("GET", "/v1/statistics"): "read",
    ("GET", "/v1/labelled-drawings"): "curate",
    ("PUT", "/v1/suspected-labels"): "curate",
    ("GET", "/v1/export"): "curate",
    ("POST", "/v1/import"): "curate",
    ("DELETE", "/v1/mine"): "write",
    ("GET", "/v1/audit"): "curate",
    ("POST", "/v1/promotions"): "curate",
    ("POST", "/v1/visitors"): "visitors",
    ("POST", "/v1/sign-ins"): "visitors",
    ("GET", "/v1/me"): None,
}
CODES = {"forbidden": 403, "unauthorised": 401}


def find_rules(app) -> dict[tuple[str, str], list[str | None]]:
    """The scopes of the rules that each guarded route has, found in the app itself."""
    found: dict[tuple[str, str], list[str | None]] = {}
    for route in iter_route_contexts(app.routes):
        for method in set(route.methods or ()) - {"HEAD"}:
            if route.path not in OPEN_PATHS:
                calls = [one.call for one in route.dependant.dependencies] if hasattr(route, "dependant") else []
                found[method, route.path] = [call.scope for call in calls if isinstance(call, Require)]
    return found


def test_every_route_has_exactly_the_rule_of_the_table(make_settings):
    app = create_app(make_settings())
    assert find_rules(app) == {route: [scope] for route, scope in RULES.items()}


def test_the_walk_over_the_routes_misses_none(make_settings):
    app = create_app(make_settings())
    documented = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert {(method, path) for method, path in documented if path not in OPEN_PATHS} == set(RULES)


async def send_everything(caller, make) -> dict[tuple[str, str], str | None]:
    """Send a valid request to each route → why it was refused, None where it was not for a lack of rights."""
    bodies = {"/v1/predictions/{prediction_id}": make.body(), "/v1/sign-ins": {"password": "x"}, "/v1/visitors": {}}
    refusals: dict[tuple[str, str], str | None] = {}
    for method, path in RULES:
        body = bodies.get(path, {"digit": 1}) if method in ("PUT", "POST") else None
        answer = await caller.request(method, path.format(prediction_id=make.id()), json=body)
        code = answer.json()["code"] if answer.status_code >= 400 else None
        refusals[method, path] = code if code in CODES else None
        assert answer.status_code != 500  # a busy machine may answer 503
        assert CODES.get(str(code), answer.status_code) == answer.status_code
    return refusals


@pytest.mark.parametrize("held", SCOPES)
async def test_a_caller_with_one_right_may_send_what_needs_it_and_nothing_else(install, make, held):
    caller = await (await install()).named("tester", held)
    refusals = await send_everything(caller, make)
    if held != "visitors":  # the wrong password of /v1/sign-ins is a 401 of its own
        assert refusals == {route: None if needed in (held, None) else "forbidden" for route, needed in RULES.items()}
    else:
        assert {route for route, refusal in refusals.items() if refusal != "forbidden"} == {
            route for route, needed in RULES.items() if needed in (held, None)
        }


async def test_a_caller_without_rights_may_only_ask_who_it_is(install, make):
    caller = await (await install()).named("tester")
    refusals = await send_everything(caller, make)
    assert {route for route, refusal in refusals.items() if refusal is None} == {("GET", "/v1/me")}


@pytest.mark.parametrize("token", [None, "wrong", "slate_wrong", "a.b.c"])
async def test_a_stranger_is_unauthorised_everywhere_before_the_body_is_read(install, make, token):
    stranger = await (await install()).with_token(token)
    for method, path in RULES:
        answer = await stranger.request(method, path.format(prediction_id=make.id()), content=b"{not json")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
