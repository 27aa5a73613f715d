"""The route that says which drawings a person could label to help a model most."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.storage.access.rules import Labeller
from services.storage.access.visibility import whose_to_change
from services.storage.dependencies import StorageDatabase, describe_token
from services.storage.lanes import PAGES
from services.storage.queries.suggestions import suggest_labels
from shared.contracts.suggestions import LabelSuggestions, SuggestionQuery
from shared.web.problem_docs import problem_docs

router = APIRouter(
    prefix="/v1/label-suggestions",
    tags=["labels"],
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
)


@router.get("")
async def get_label_suggestions(
    caller: Labeller, query: Annotated[SuggestionQuery, Query()], database: StorageDatabase
) -> LabelSuggestions:
    """Return the drawings whose label helps most: doubtful, disputed and suspected ones, mixed.

    They are spread over owners and digits. Curators are asked about everybody's drawings, all others only about their
    own. Whoever labels a disputed or suspected drawing again, also with the same label, is not asked about it again.
    """
    return await database.run(PAGES, suggest_labels, query, whose_to_change(caller), caller)
