"""A page that others can reach, as a second frontend of the stack, and raw sessions as a stranger makes them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.e2e.stack import NO_CERTIFICATES, ROOT, Stack, wait_until
from tests.integration.web.test_frontend import running_frontend

PATIENCE_S = 60


@contextmanager
def public_page(stack: Stack, *options: str, port: int | None = None) -> Iterator[str]:
    """The page with a page token on every address, as a public installation has it. Yields its URL."""
    settings = {
        "FRONTEND_HOST": "0.0.0.0",
        "FRONTEND_INFERENCE_URL": stack.url("inference"),
        "FRONTEND_STORAGE_URL": stack.url("storage"),
        "FRONTEND_STORAGE_TOKEN": (stack.folder / "data" / "page-token").read_text().strip(),
    }
    with running_frontend(*options, port=port, **settings) as url:
        yield url


def make_password(stack: Stack) -> str:
    """A new password of the local curator."""
    sockets = quote(str(stack.folder / "data" / "run"))
    environment = {"STORAGE_DATABASE_URL": f"postgresql://postgres@/slate?host={sockets}"}
    command = [sys.executable, "-m", "services.storage.curator", "--reset"]
    printed = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    return printed.split()[-1]


def load_page(url: str, sent: dict[str, str] | None = None) -> dict[str, str]:
    """The cookies of a browser that has loaded the page, a second time if storage was too busy for a token at first."""
    cookies: dict[str, str] = sent or {}

    def has_token() -> bool:
        nonlocal cookies
        headers = {"Accept": "text/html", "Cookie": write_cookies(cookies)}
        answer = httpx.get(url, headers=headers, timeout=60, verify=NO_CERTIFICATES)
        assert answer.status_code == 200
        cookies = cookies | dict(answer.cookies)
        return "slate_visitor" in cookies

    wait_until(has_token, "a visitor's token")
    return cookies


def write_cookies(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@dataclass
class Session:
    """What one WebSocket got: the id of its session, and everything that the page sent."""

    id: str = ""
    received: bytes = b""
    cookies: dict[str, str] = field(default_factory=dict)


def open_session(
    url: str, cookies: dict[str, str], page: str = "", query: str = "", resume: str = "", **headers: str
) -> Session:
    """Runs a page once, as a browser does. `resume` is the id of the session to go on with."""
    session = Session(cookies=cookies)
    protocols = ["streamlit", "none", resume] if resume else ["streamlit"]
    with connect(
        url.replace("http://", "ws://") + "/_stcore/stream",
        additional_headers={"Cookie": write_cookies(cookies), "Origin": url, **headers},
        subprotocols=protocols,  # type: ignore[arg-type]
        proxy=None,
        max_size=None,
    ) as socket:
        run = BackMsg()
        run.rerun_script.query_string = query
        run.rerun_script.page_name = page
        socket.send(run.SerializeToString())
        while True:
            data = socket.recv(timeout=PATIENCE_S)
            assert isinstance(data, bytes)
            session.received += data
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "new_session":
                session.id = message.new_session.initialize.session_id
            if message.WhichOneof("type") == "script_finished":
                return session
