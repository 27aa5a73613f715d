"""The languages of the example programs, in the order of their tabs. A test runs every program unchanged."""

from collections.abc import Callable
from dataclasses import dataclass

from services.frontend.views.api.programs.call import Call
from services.frontend.views.api.programs.curl import write_curl
from services.frontend.views.api.programs.javascript import write_javascript
from services.frontend.views.api.programs.python import write_client, write_httpx
from services.frontend.views.api.programs.web_page import write_web_page


@dataclass(frozen=True)
class Language:
    """One language. `write` returns the whole program; `note` says what it needs."""

    name: str
    syntax: str
    note: str
    write: Callable[[Call], str]


ORIGINS = (
    "A web page at another address may call Slate only if the operator has named that address in the setting "
    '`INFERENCE_CORS_ORIGINS`; else the browser says "Failed to fetch"'
)

LANGUAGES = (
    Language("curl", "bash", "", write_curl),
    Language("Python", "python", "Needs `pip install httpx`.", write_httpx),
    Language(
        "Python, Slate's client",
        "python",
        'Needs `pip install ".[client]"` in a checkout of Slate. It has types, waits while the service restarts, and '
        "raises `RefusedError` with the problem if a drawing can't be read.",
        write_client,
    ),
    Language(
        "JavaScript",
        "javascript",
        "Runs as it stands in Node (18 or newer) and in a browser, for example in the console of this page. "
        f"`picture` holds the drawing in small. {ORIGINS}.",
        write_javascript,
    ),
    Language(
        "Web page",
        "html",
        "Save it as `index.html`, and serve its folder: `python3 -m http.server 8080`. "
        f"Its address is `http://localhost:8080`. {ORIGINS}. "
        "If a key is needed, let the page's own server ask, so that the key stays secret.",
        write_web_page,
    ),
)
