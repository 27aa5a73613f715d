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
from shared.exchange.label_studio_export import export_label_studio
from shared.exchange.label_studio_import import import_label_studio
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
    tasks = actions.add_parser("export-label-studio", help="predictions → files of tasks for Label Studio")
    tasks.add_argument("--labelled", action="store_true", help="only predictions that have a label")
    for export in (parquet, idx, tasks):
        export.add_argument("folder", type=Path)
        export.add_argument("--since", metavar="TIME", help="only predictions from this time on: 2026-11-21T00:00:00Z")
        export.add_argument("--until", metavar="TIME", help="only predictions before this time")
    imported = actions.add_parser("import", help="Parquet files of an export → predictions")
    imported.add_argument("places", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    labelled = actions.add_parser("import-idx", help="IDX files of images and labels, also gzipped → predictions")
    labelled.add_argument("images", type=Path)
    labelled.add_argument("labels", type=Path)
    chosen = actions.add_parser("import-label-studio", help="what was chosen in Label Studio, its JSON export → labels")
    chosen.add_argument("file", type=Path)
    help_of_url = f"address of inference, which reads the images; its key is taken from {INFERENCE_KEY} (%(default)s)"
    for asking in (labelled, chosen):
        asking.add_argument("--inference-url", default="http://127.0.0.1:8001", help=help_of_url)
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
    with _open_inference(options) as inference:
        result, unreadable = import_idx(client, inference, options.images, options.labels, progress)
    note = f" Left out, because they cannot be read: {unreadable:,}." if unreadable else ""
    return f"Imported: {result.stored:,}. They existed already: {result.existing:,}.{note}"


def _export_label_studio(client: ExchangeClient, options: argparse.Namespace, progress: Callable[[int], object]) -> str:
    query = _period(options) | ({"labelled": "true"} if options.labelled else {})
    done = export_label_studio(client, options.folder, query, progress)
    return f"Tasks in {options.folder}: {done.tasks:,}, in {done.files:,} files, beside the labelling configuration."


def _import_label_studio(client: ExchangeClient, options: argparse.Namespace, progress: Callable[[int], object]) -> str:
    with _open_inference(options) as inference:
        done = import_label_studio(client, inference, options.file, progress)
    left_out = (
        (done.unlabelled, "have no label"),
        (done.without_drawing, "do not hold their drawing"),
        (done.unreadable, "cannot be read"),
    )
    notes = "".join(f" Tasks that {why}: {count:,}." for count, why in left_out if count)
    stored = f"Imported: {done.stored:,}. They existed already: {done.existing:,}."
    return f"Predictions that got a label: {done.labelled:,}. {stored}{notes}"


def _open_inference(options: argparse.Namespace) -> InferenceClient:
    return InferenceClient(options.inference_url, api_key=os.environ.get(INFERENCE_KEY), patience=PATIENCE)


def _import(client: ExchangeClient, options: argparse.Namespace, progress: Callable[[int], object]) -> str:
    result = import_parquet(client, options.places, progress)
    return f"Imported: {result.stored:,}. They existed already: {result.existing:,}."


ACTIONS = {
    "export": _export_parquet,
    "export-idx": _export_idx,
    "export-label-studio": _export_label_studio,
    "import": _import,
    "import-idx": _import_idx,
    "import-label-studio": _import_label_studio,
}


def _period(options: argparse.Namespace) -> dict[str, str]:
    return {name: value for name in ("since", "until") if (value := getattr(options, name))}


if __name__ == "__main__":
    sys.exit(main())
