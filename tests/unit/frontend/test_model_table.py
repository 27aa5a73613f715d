"""The table of versions as the page draws it: whom each answers, what was measured, and why some can't be asked."""

from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from shared.contracts.inference import ModelDescription, ModelList, RefusedVersion
from shared.contracts.message import ModelVersion


def version(name: str, number: str, *, current: bool = True) -> ModelDescription:
    return ModelDescription(
        name=name,
        version=number,
        current=current,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        architecture=name,
        parameters=1234567,
        digit_score_threshold=0.5,
        metrics={"mnist": {"examples": 100, "accuracy": 0.99, "refused": 0}},
    )


KNOWN = ModelList(
    default=ModelVersion(name="cnn", version="2"),
    models=[version("cnn", "1", current=False), version("cnn", "2"), version("mlp", "1")],
    refused=[RefusedVersion(name="vit", version="1", reason="its graph is missing\n or **broken**.")],
)


def show(chosen: str | None) -> AppTest:
    def draw(known, chosen):  # its text alone is run, where no type of this module is known
        from services.frontend.chosen_model import choose_model
        from services.frontend.views.models.table import show_versions

        choose_model(chosen)
        show_versions(known)

    page = AppTest.from_function(draw, args=(KNOWN, chosen), default_timeout=60).run()
    assert not page.exception
    return page


def whom_each_answers(page: AppTest) -> list[str]:
    table = next(element.proto.body for element in page.get("html") if "<table>" in element.proto.body)
    return [row.split("<td>")[1].removesuffix("</td>") for row in table.split("<tr>")[2:]]


def test_the_default_answers_the_pages_of_who_chose_nothing() -> None:
    assert whom_each_answers(show(None)) == ["by its full name", "your pages", "to «mlp»"]


def test_the_chosen_version_answers_the_pages() -> None:
    assert whom_each_answers(show("mlp/1")) == ["by its full name", "by default", "your pages"]


def test_a_version_that_is_refused_is_named_with_the_reason() -> None:
    assert [warning.value for warning in show(None).warning] == [
        r"vit/1 can't be asked: its graph is missing or \*\*broken\*\*."
    ]
