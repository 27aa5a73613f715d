"""A stand-in for a service: it answers 200 to every request.

Usage: `python stand_in_service.py PORT_VARIABLE [MOOD]`. The port comes from an environment variable, as for a real
service. Moods: `deaf` ignores SIGTERM, `dead` fails at once, `silent` never listens.
"""

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
        if "STREAMLIT_SERVER_PORT" in sys.argv and not self.path.startswith(f"/{path}"):
            self.send_error(404)
            return
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(port_variable: str, mood: str = "") -> None:
    if mood == "dead":
        sys.exit(f"no {port_variable} today")
    if mood == "silent":
        threading.Event().wait()
    if mood == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("token", os.environ.get("STORAGE_TOKEN"), flush=True)  # noqa: T201
    print("database", os.environ.get("STORAGE_DATABASE_URL"), flush=True)  # noqa: T201
    ThreadingHTTPServer(("127.0.0.1", int(os.environ[port_variable])), Answer).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
