"""The command: arguments, a progress bar, and what the person is told at the end.

Exit code 0: done. 2: the run stopped before its end, and the same command continues it. 130: Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tqdm import tqdm

from shared.clients.command import run_command, say
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.exchange.client import ExchangeClient
from shared.exchange.errors import FileError
from shared.exchange.idx_export import export_idx
from shared.exchange.idx_import import import_idx
from shared.exchange.parquet_export import export_parquet
from shared.exchange.parquet_import import import_parquet

PATIENCE = Patience(read_timeout_s=120, retry_for_s=300)  # nobody waits in front of it, and the service may restart
TOKEN, INFERENCE_KEY = "STORAGE_TOKEN", "SLATE_API_KEY"  # the names of variables


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The token is no argument, because other users of a machine can see the arguments of a process."""
    parser = argparse.ArgumentParser(
        prog="python -m shared.exchange",
        description="Carry the predictions of a running Slate to files and back.",
        epilog=f"The token of a curator is taken from the environment variable {TOKEN}.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8002", help="address of storage (default: %(default)s)")
    actions = parser.add_subparsers(dest="action", required=True)
    parquet = actions.add_parser("export", help="all predictions → a folder of Parquet files")
    parquet.add_argument("--without-drawings", action="store_true", help="such files cannot be imported")
    idx = actions.add_parser("export-idx", help="labelled drawings → IDX files of images and labels, as MNIST has them")
    for export in (parquet, idx):
        export.add_argument("folder", type=Path)
        export.add_argument("--since", metavar="TIME", help="only predictions from this time on: 2026-11-21T00:00:00Z")
        export.add_argument("--until", metavar="TIME", help="only predictions before this time")
    imported = actions.add_parser("import", help="Parquet files of an export → predictions")
    imported.add_argument("places", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    labelled = actions.add_parser("import-idx", help="IDX files of images and labels, also gzipped → predictions")
    labelled.add_argument("images", type=Path)
    labelled.add_argument("labels", type=Path)
    help_of_url = f"address of inference, which reads the images; its key is taken from {INFERENCE_KEY} (%(default)s)"
    labelled.add_argument("--inference-url", default="http://127.0.0.1:8001", help=help_of_url)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Export or import → the exit code."""
    options = parse_arguments(arguments)

    def work() -> int:
        with (
            ExchangeClient(options.url, api_key=os.environ.get(TOKEN), patience=PATIENCE) as client,
            tqdm(unit=" predictions", disable=None) as bar,  # none in a log
        ):
            sentence = ACTIONS[options.action](client, options, bar.update)
        say(sentence)
        return 0

    return run_command(work, FileError)


def _export_parquet(client: ExchangeClient, options: argparse.Namespace, progress: Callable[[int], object]) -> str:
    drawings = "false" if options.without_drawings else "true"
    export_parquet(client, options.folder, {**_period(options), "drawings": drawings}, progress)
    return f"All predictions are in {options.folder}."


def _export_idx(client: ExchangeClient, options: argparse.Namespace, progress: Callable[[int], object]) -> str:
    query = {**_period(options), "labelled": "true", "limit": "1000"}
    done = export_idx(client, options.folder, query, progress)
    note = f" Left out, because they have no image or no digit: {done.left_out:,}." if done.left_out else ""
    return f"Labelled drawings in {options.folder}: {done.images:,}.{note}"


def _import_idx(client: ExchangeClient, options: argparse.Namespace, progress: Callable[[int], object]) -> str:
    key = os.environ.get(INFERENCE_KEY)
    with InferenceClient(options.inference_url, api_key=key, patience=PATIENCE) as inference:
        result, unreadable = import_idx(client, inference, options.images, options.labels, progress)
    note = f" Left out, because they cannot be read: {unreadable:,}." if unreadable else ""
    return f"Imported: {result.stored:,}. They existed already: {result.existing:,}.{note}"


def _import(client: ExchangeClient, options: argparse.Namespace, progress: Callable[[int], object]) -> str:
    result = import_parquet(client, options.places, progress)
    return f"Imported: {result.stored:,}. They existed already: {result.existing:,}."


ACTIONS = {
    "export": _export_parquet,
    "export-idx": _export_idx,
    "import": _import,
    "import-idx": _import_idx,
}


def _period(options: argparse.Namespace) -> dict[str, str]:
    return {name: value for name in ("since", "until") if (value := getattr(options, name))}


if __name__ == "__main__":
    sys.exit(main())
