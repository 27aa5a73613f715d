"""A small OpenID provider as a process of its own: `python provider.py PORT KEY_FILE`.

It serves its metadata and the public part of the keys in KEY_FILE, a JSON Web Key Set that a test may change while it
runs. The test signs ID tokens with the private part, right and wrong ones; no login form is needed for that.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from joserfc.jwk import KeySet


class Handler(BaseHTTPRequestHandler):
    """Answers the two addresses that a relying party reads."""

    key_file: Path

    def do_GET(self) -> None:
        """Answer with JSON, or 404."""
        issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        answers = {
            "/.well-known/openid-configuration": {"issuer": issuer, "jwks_uri": f"{issuer}/keys"},
            "/keys": KeySet.import_key_set(json.loads(self.key_file.read_text())).as_dict(private=False),
        }
        body = json.dumps(answers.get(self.path)).encode()
        self.send_response(200 if self.path in answers else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write no log."""


if __name__ == "__main__":
    Handler.key_file = Path(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
