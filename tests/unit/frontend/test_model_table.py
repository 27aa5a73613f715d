"""The table of model versions: what each is used for, and why some cannot be used."""

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
        metrics={"mnist": {"examples": 100, "accuracy": 0.99, "rejected": 0}},
    )


LISTED = ModelList(
    default=ModelVersion(name="cnn", version="2"),
    models=[version("cnn", "1", current=False), version("cnn", "2"), version("mlp", "1"), version("vit", "2")],
    shadow=ModelVersion(name="vit", version="2"),
    refused=[RefusedVersion(name="vit", version="1", reason="its graph is missing\n or **broken**.")],
)


def show(chosen: str | None) -> AppTest:
    def draw(listed, chosen):  # Streamlit runs the text of this function, without the types of this module
        from services.frontend.session.chosen_model import choose_model
        from services.frontend.views.models.table import show_versions

        choose_model(chosen)
        show_versions(listed)

    page = AppTest.from_function(draw, args=(LISTED, chosen), default_timeout=60).run()
    assert not page.exception
    return page


def uses_of(page: AppTest) -> list[str]:
    table = next(element.proto.body for element in page.get("html") if "<table>" in element.proto.body)
    return [row.split("<td>")[1].removesuffix("</td>") for row in table.split("<tr>")[2:]]


def test_without_a_choice_the_default_answers_the_pages() -> None:
    assert uses_of(show(None)) == ["its full name", "your pages", "the name mlp", "in shadow"]


def test_the_chosen_version_answers_the_pages() -> None:
    assert uses_of(show("mlp/1")) == ["its full name", "the default", "your pages", "in shadow"]


def test_a_version_that_cannot_be_used_is_listed_with_the_reason() -> None:
    assert [warning.value for warning in show(None).warning] == [
        r"vit/1 can't be used: its graph is missing or \*\*broken\*\*."
    ]
