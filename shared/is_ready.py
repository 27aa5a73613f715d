"""`python -IS shared/is_ready.py PORT`: the health check of a container. It ends with 0 if `/readyz` answers 200.

It imports next to nothing, because a container runs it every five seconds.
"""

import socket
import sys

REQUEST = b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n"
TIMEOUT_S = 10


def is_ready(port: int) -> bool:
    """Whether the service on this port of the container is ready. OSError if nothing answers."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
        connection.sendall(REQUEST)
        return connection.recv(64).split()[1:2] == [b"200"]


if __name__ == "__main__":
    sys.exit(not is_ready(int(sys.argv[1])))
