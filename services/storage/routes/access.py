"""Routes for tokens of visitors and curators, and for what a caller may do."""

from uuid import uuid4

import structlog
from fastapi import APIRouter, status

from services.storage.access.rules import AnyCaller, Page
from services.storage.body_structure import BoundedRoute
from services.storage.dependencies import Access, SignIns, StorageSettings, describe_token
from shared.contracts.access import CuratorToken, Me, SignIn, VisitorRequest, VisitorToken
from shared.web.problem_docs import problem_docs

logger = structlog.get_logger(__name__)

router = APIRouter(
    prefix="/v1",
    tags=["access"],
    route_class=BoundedRoute,
    dependencies=[describe_token],
    responses=problem_docs("unauthorised", "forbidden", "invalid_request", "not_ready", "overloaded"),
)


@router.post("/visitors", status_code=status.HTTP_201_CREATED, responses=problem_docs("too_large"))
async def post_visitor(_page: Page, request: VisitorRequest, access: Access) -> VisitorToken:
    """Make a token for a browser without an account. An earlier token of the browser keeps its visitor.

    Nothing is stored: a visitor exists as soon as a token names it. An earlier token that is no longer valid is not an
    error; the answer then names a new visitor.
    """
    signer = await access.read_signer()
    earlier = signer.verify(request.token) if request.token else None
    known = earlier.owner if earlier is not None and not earlier.is_curator else None
    visitor = known or uuid4()
    token = signer.sign_visitor(visitor)
    logger.info("visitor_token_made", renewed=known is not None)
    return VisitorToken(token=token.text, visitor=visitor, expires_at=token.expires_at)


@router.post("/sign-ins", status_code=status.HTTP_201_CREATED, responses=problem_docs("rate_limited", "too_large"))
async def post_sign_in(_page: Page, request: SignIn, sign_ins: SignIns) -> CuratorToken:
    """Make a curator token for a person who knows the local password, or has an ID token of the OpenID provider.

    `GET /v1/me` says which of the two this installation takes. Every attempt is in the audit.
    """
    return await sign_ins.sign_in(request)


@router.get("/me")
async def get_me(caller: AnyCaller, sign_ins: SignIns, settings: StorageSettings) -> Me:
    """Return what the caller may do, what visitors see of others, and how a person becomes curator."""
    return Me(
        scopes=sorted(caller.scopes),
        curator=caller.curator,
        owns=caller.owner is not None,
        expires_at=caller.expires_at,
        visitors_see=settings.visitors_see,
        sign_in=[sign_ins.method],
    )
