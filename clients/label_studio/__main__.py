"""The command. Secrets are no arguments, because other users of a machine can see the arguments of a process."""

import argparse
import os
from collections.abc import Sequence

from clients.label_studio.app import create_app
from clients.label_studio.pictures import Pictures
from clients.label_studio.reading import Reader
from clients.label_studio.settings import Settings
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.web.service import serve

# Label Studio itself waits 100 seconds for predictions.
PATIENCE = Patience(retry_for_s=20)
SLATE_KEY, TOKEN, PASSWORD = "SLATE_API_KEY", "LABEL_STUDIO_TOKEN", "LABEL_STUDIO_BACKEND_PASSWORD"  # variables


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="python -m clients.label_studio",
        description="A machine-learning backend for Label Studio that shows what Slate reads.",
        epilog=(
            f"From the environment: {TOKEN}, a token of Label Studio to fetch pictures with; {SLATE_KEY}, the key of "
            f"inference; {PASSWORD}, the password that Label Studio must send. docs/protocols.md names more."
        ),
    )
    parser.add_argument("--inference-url", default="http://127.0.0.1:8001", help="address of inference (%(default)s)")
    parser.add_argument(
        "--label-studio-url", default="http://127.0.0.1:8080", help="it sends the pictures (%(default)s)"
    )
    parser.add_argument("--model", help="name or name/version; without it, the default model of inference")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=9090, help="port to listen on (%(default)s)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until a signal stops it."""
    options = parse_arguments(arguments)
    key, token = os.environ.get(SLATE_KEY), os.environ.get(TOKEN)
    with (
        InferenceClient(options.inference_url, api_key=key, patience=PATIENCE) as inference,
        Pictures(options.label_studio_url, token) as pictures,
    ):
        settings = Settings(host=options.host, port=options.port)
        serve(create_app(settings, Reader(inference, pictures, options.model), os.environ.get(PASSWORD)), settings)


if __name__ == "__main__":
    main()
