"""What the process of the page keeps for all visitors, and what keeps the visitors apart in it.

A new cache fails this test until somebody has written down here why it tells no visitor of another one.
"""

import ast
from pathlib import Path

FRONTEND = Path(__file__).parents[2] / "services" / "frontend"
CACHES = {
    # by the key of the person, or one view for all who see the same
    "connections.refresh_rights": "the person's key",
    "connections.fetch_statistics": "the person's key, or one view of the totals",
    "views.history.count.count_predictions": "the person's key, or one view of everybody's history",
    "views.history.filters.list_stored_models": "the person's key, or one view of the totals",
    "views.models.shadow.compare": "the person's key",
    "views.help_the_model.read_again.refresh": "the person's key",
    "views.help_the_model.read_again.get_snapshots": "a copy for each person's key",
    "views.draw.recent.get_snapshots": "a copy for each person's key",
    "views.photo.kept_pages.get_kept_pages": "the person's key and the secret name of the visit",
    # by a random id that storage has listed for the person before the page asks
    "elements.thumbnails.get_thumbnail": "the id of a drawing that storage listed for the person",
    "elements.thumbnails.get_picture": "the id of a drawing that storage listed for the person",
    "views.help_the_model.read_again.read_drawing": "the id of a drawing that storage listed for the person",
    # by the drawing itself, which only somebody has who sent the same one
    "views.look_inside.page.look_inside": "the bytes of the drawing",
    "views.models.lookups.predict_and_explain": "the bytes of the drawing",
    # about models, which everybody sees, or about nobody
    "connections._get_known_threshold": "models",
    "views.models.lookups._list_models": "models",
    "views.models.lookups.get_details": "models",
    "views.models.lookups.find_drift": "models",
    "views.models.lookups.get_journal": "models; names of curators are left out",
    "views.models.speed._get_shared": "models",
    "views.api.page.get_example_problem": "an example",
    "views.draw.examples.make_strokes": "an example",
    "views.draw.asking.find_places": "a number of places",
    "first_load.page_head.write_page": "Streamlit's page",
    "first_load.page_head.compress": "Streamlit's page",
    # clients and queues; connections.py says what they hold for whom
    "connections.connect": "clients that act with the token of one person each, and queues by the person's key",
}
COMPONENT = "_register_component"  # the scripts of a component, the same for all


def find_caches() -> set[str]:
    """`module.function` of every function whose answers the process keeps."""
    return {
        f"{'.'.join(path.relative_to(FRONTEND).with_suffix('').parts)}.{node.name}"
        for path in FRONTEND.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(each) for each in node.decorator_list)
    }


def test_every_cache_of_the_page_is_in_the_table() -> None:
    found = {name for name in find_caches() if not name.endswith(f".{COMPONENT}")}
    assert found - CACHES.keys() <= {name for name in found if "canvas" in name}, found - CACHES.keys()
    assert set(CACHES) <= found


def test_no_module_of_the_page_keeps_a_list_or_dictionary_that_grows() -> None:
    growing = {
        f"{path.relative_to(FRONTEND)}: {ast.unparse(node)}"
        for path in FRONTEND.rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and ast.unparse(node.value or node) in ("[]", "{}", "set()", "dict()")
    }
    assert growing == set()


def test_a_cache_never_leaves_the_person_out_of_its_key() -> None:
    """Streamlit does not count parameters that begin with `_`. A person's key may be one only beside a view."""
    for path in FRONTEND.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(
                "cache_data" in ast.unparse(each) for each in node.decorator_list
            ):
                names = {argument.arg for argument in node.args.args}
                assert "_key" not in names or "view" in names, f"{path.name}: {node.name}"
                assert "_storage" not in names or "prediction_id" in names, f"{path.name}: {node.name}"
