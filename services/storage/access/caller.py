"""Who sent a request, and with which rights. The guard makes a `Caller` of the bearer token; the rules ask it.

Predictions have an owner: a visitor, a named token or a curator. Two callers own nothing: the installation, whose token
existed before owners did, and the page, which only asks for tokens of other callers.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from shared.contracts.access import Scope

OWNERS = UUID("7f0f2f6a-6f0d-4c0b-9c1e-51a7e0000021")  # arbitrary; the namespace of owners that have a name
NOBODY = UUID(int=0)  # owns no prediction
EVERY_RIGHT: frozenset[Scope] = frozenset({"read", "write", "label", "curate"})


@dataclass(frozen=True)
class Caller:
    """The sender of a request. `name` is for the audit: "installation", "page", "token lab", "visitor 0199…".

    `curator` is the name of a person who signed in. `expires_at` is the end of a signed token.
    """

    name: str
    scopes: frozenset[Scope]
    owner: UUID | None = None
    curator: str | None = None
    expires_at: datetime | None = None

    @property
    def is_curator(self) -> bool:
        """Whether the caller may see and change what belongs to others."""
        return "curate" in self.scopes

    def owns(self, owner: UUID | None) -> bool:
        """Whether a prediction with this owner is the caller's. One without an owner is nobody's."""
        return owner is not None and owner == self.owner


INSTALLATION = Caller("installation", EVERY_RIGHT | {"visitors"})
PAGE = Caller("page", frozenset({"visitors"}))


def make_token_caller(name: str, scopes: frozenset[Scope]) -> Caller:
    """Make the caller of a named token. All secrets of one name are the same owner, also after a rotation."""
    return Caller(f"token {name}", scopes, owner=uuid5(OWNERS, f"token {name}"))


def make_visitor(visitor: UUID, expires_at: datetime) -> Caller:
    """Make the caller of a browser that nobody signed in to."""
    return Caller(f"visitor {visitor}", frozenset({"read", "write", "label"}), owner=visitor, expires_at=expires_at)


def make_curator(name: str, expires_at: datetime) -> Caller:
    """Make the caller of a person who signed in. Two people have two names, so each owns what that person drew."""
    who = f"curator {name}"
    return Caller(who, EVERY_RIGHT, owner=uuid5(OWNERS, who), curator=name, expires_at=expires_at)
