"""The messages about who may do what in storage: visitors, sign-ins, the caller itself, label history and audit.

The page asks for a visitor token for each browser and for a curator token for each person who signs in. It then sends
the token of the person in front of it with every request.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.contracts.message import Message

Scope = Literal["read", "write", "label", "curate", "visitors"]
VisitorsSee = Literal["history", "totals", "nothing"]
SignInMethod = Literal["password", "id_token"]
# What a header can hold. The longest ID tokens of large providers have about 4,000 characters.
Secret = Annotated[str, Field(min_length=1, max_length=16_384, pattern=r"^[\x21-\x7e]+$")]
Password = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00]+$")]
Address = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]


class VisitorRequest(Message):
    """The body of POST /v1/visitors. `token` is an earlier visitor token, whose visitor gets a new token.

    Without it, or if it is no longer valid, the answer is a new visitor.
    """

    token: Secret | None = Field(default=None, repr=False)


class VisitorToken(Message):
    """A bearer token with the right to read, store and label the visitor's own predictions."""

    token: str = Field(repr=False)
    visitor: UUID
    expires_at: datetime


ONE_PROOF: dict[str, Any] = {  # what the validator of SignIn checks, as a JSON schema
    "oneOf": [
        {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}
        for one, other in (("password", "id_token"), ("id_token", "password"))
    ]
}


class SignIn(Message):
    """The body of POST /v1/sign-ins: the password of the local curator, or an ID token of the OpenID provider.

    `address` is the network address of the person. It limits how often a password may be tried from there.
    """

    model_config = ConfigDict(json_schema_extra=ONE_PROOF)

    password: Password | None = Field(default=None, repr=False)
    id_token: Secret | None = Field(default=None, repr=False)
    address: Address | None = None

    @model_validator(mode="after")
    def _require_one(self) -> "SignIn":
        if (self.password is None) == (self.id_token is None):
            raise ValueError("send either password or id_token")
        return self


class CuratorToken(Message):
    """A bearer token with every right of a curator. `curator` is the person's name for the page and the audit."""

    token: str = Field(repr=False)
    curator: str
    expires_at: datetime


class Me(Message):
    """The answer of GET /v1/me: what the caller may do here.

    `curator` is the name of a curator who signed in; it is null for visitors and tokens. `owns` says whether what the
    caller stores belongs to the caller; it is false for the token of the installation and that of the page.
    `visitors_see` is what callers without `curate` see of others, and `sign_in` how a person can become curator.
    """

    scopes: list[Scope]
    curator: str | None
    owns: bool
    expires_at: datetime | None
    visitors_see: VisitorsSee
    sign_in: list[SignInMethod]


class Deleted(Message):
    """The answer of DELETE /v1/mine: how many predictions were deleted, with their drawings and labels."""

    predictions: Annotated[int, Field(ge=0)]


class LabelChange(Message):
    """One entry of the label history. `before` and `after` are null where there was or is no label.

    `by` is "you", "another visitor", "curator NAME", "token NAME" or "installation". `counts` is false for a label by
    somebody who is neither the owner nor a curator: it is kept, but is not the label of the prediction.
    """

    at: datetime
    by: str
    counts: bool
    before: int | Literal["not_a_digit"] | None
    after: int | Literal["not_a_digit"] | None
    origin: Literal["person", "import"]


class LabelHistory(Message):
    """The answer of GET /v1/predictions/{id}/label-history: every change, oldest first."""

    changes: list[LabelChange]


class AuditEntry(Message):
    """One entry of the audit: who did what when. `details` depends on the action and holds no secret."""

    id: int
    at: datetime
    who: str
    action: str
    details: dict[str, Any]


class AuditPage(Message):
    """The answer of GET /v1/audit, newest first. Send `next_before` as `before` to get the next page."""

    entries: list[AuditEntry]
    next_before: int | None
