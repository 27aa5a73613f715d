"""The keys under which the page acts for a person: what it knows of that person's right, as one text.

A key is OWN for the token of this process, or `bearer:` and the token of a visitor, or `curator:`, the token of a
curator and the name that storage gave to that curator, or `browser:` and the name of a browser that has no visitor
token yet, because storage was away when it came. The prefixes keep what a browser sends from becoming another kind of
key.
"""

OWN = "own"
BEARER, BROWSER, CURATOR = "bearer:", "browser:", "curator:"


def make_curator_key(token: str, name: str) -> str:
    """The key of a curator whose token storage has accepted, and whom it calls by this name."""
    return f"{CURATOR}{token} {name}"  # a token has no space


def find_known_token(key: str) -> str | None:
    """The token in a key. None if the key has none."""
    if key.startswith(BEARER):
        return key.removeprefix(BEARER)
    if key.startswith(CURATOR):
        return key.removeprefix(CURATOR).partition(" ")[0]
    return None


def find_curator(key: str | None) -> str | None:
    """The name of the curator. None if the key is another person's."""
    return key.partition(" ")[2] if key is not None and key.startswith(CURATOR) else None


def is_same_person(key: str | None, other: str | None) -> bool:
    """Whether both keys are the same, or those of a curator who has signed in again."""
    return key == other or (find_curator(key) is not None and find_curator(key) == find_curator(other))
