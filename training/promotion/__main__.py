"""`python -m training.promotion` changes which version answers. Nothing else moves `current` by hand.

promote  puts a version in use: it shows the gate's objections, asks, checks the files, and moves the pointer
back     puts the version in use that was in use before
default  lets a model answer requests that name none
shadow   lets a version run beside the one in use, or ends that
list     shows all versions, which of them are in use, and what happened

Each change is in the journal of the model, with who and why, and in storage's audit if STORAGE_TOKEN is set.
"""

import argparse
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr, ValidationError

from shared.contracts.promotion import PromotionAction, PromotionRequest, shorten_objections
from shared.recognition.model_version import BUILT_IN_DEFAULT, ModelVersionError, VersionManifest, read_current
from shared.recognition.promotion import (
    PromotionError,
    begin_shadow,
    end_shadow,
    find_version_before,
    make_default,
    promote,
    roll_back,
)
from training.command_line import describe_invalid_options
from training.options import TrainingOptions
from training.promotion.check import check_version
from training.promotion.listing import describe_models
from training.promotion.storage_audit import StorageAudit

BAD_ARGUMENTS = 2


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line. It ends the program with a usage line if it is wrong."""
    everywhere = argparse.ArgumentParser(add_help=False)
    defaults = TrainingOptions()
    everywhere.add_argument(
        "--models-dir", type=Path, default=defaults.models_dir, help="where inference looks for models"
    )
    changes = argparse.ArgumentParser(add_help=False, parents=[everywhere])
    changes.add_argument("--why", required=True, help="the reason, for the journal and the audit")
    changes.add_argument("--who", default=getpass.getuser(), help="your name; default: the name of this account")
    changes.add_argument("--yes", action="store_true", help="do not ask")
    changes.add_argument("--storage-url", default=defaults.storage_url, help="storage, whose audit notes the change")
    parser = argparse.ArgumentParser(prog="python -m training.promotion", description="Which version answers.")
    actions = parser.add_subparsers(dest="action", required=True)
    for action, parents in (("promote", changes), ("back", changes), ("default", changes), ("shadow", changes)):
        actions.add_parser(action, parents=[parents])
    actions.choices["promote"].add_argument("version", metavar="NAME/VERSION")
    actions.choices["back"].add_argument("name", nargs="?", default=BUILT_IN_DEFAULT)
    actions.choices["default"].add_argument("name")
    shadow = actions.choices["shadow"]
    shadow.add_argument("version", nargs="?", metavar="NAME/VERSION")
    shadow.add_argument("--of", metavar="NAME", help="the model in whose shadow it runs; default: its own name, or cnn")
    shadow.add_argument("--end", action="store_true", help="end the shadow")
    actions.add_parser("list", parents=[everywhere]).add_argument("name", nargs="?")
    return parser.parse_args(arguments)


def run_promote(options: argparse.Namespace) -> None:
    """Put a version in use."""
    name, version = split_version(options.version)
    manifest = check_version(options.models_dir, name, version)
    show(manifest, in_use=find_current(options.models_dir, name))
    request = make_request(options, "promote", manifest)
    ask(options, f"Put {manifest.reference} in use?")
    promote(options.models_dir, name, version, who=options.who, why=options.why)
    report(options, request, f"{manifest.reference} is in use. Inference takes it up within seconds.")


def run_back(options: argparse.Namespace) -> None:
    """Put the version in use that was in use before."""
    version = find_version_before(options.models_dir, options.name)
    if version is None:
        raise PromotionError(f"The journal of {options.name} names no version before. Use `promote NAME/VERSION`.")
    manifest = check_version(options.models_dir, options.name, version)
    show(manifest, in_use=find_current(options.models_dir, options.name))
    request = make_request(options, "roll_back", manifest)
    ask(options, f"Go back to {manifest.reference}?")
    roll_back(options.models_dir, options.name, version, who=options.who, why=options.why)
    report(options, request, f"{manifest.reference} is in use again. Inference takes it up in seconds.")


def run_default(options: argparse.Namespace) -> None:
    """Choose the model that answers requests that name none."""
    manifest = check_version(options.models_dir, options.name, read_current(options.models_dir, options.name))
    request = make_request(options, "make_default", manifest)
    ask(options, f"Let {manifest.reference} answer every request that names no model?")
    make_default(options.models_dir, options.name, who=options.who, why=options.why)
    done = f"{options.name} is the default model. It answers within seconds, unless INFERENCE_DEFAULT_MODEL is set."
    report(options, request, done)


def run_shadow(options: argparse.Namespace) -> None:
    """Begin or end a shadow. It changes no answer, so it is in the journal only."""
    if options.end == bool(options.version):
        raise PromotionError("Give either NAME/VERSION or --end.")
    if options.end:
        name = options.of or BUILT_IN_DEFAULT
        entry = end_shadow(options.models_dir, name, who=options.who, why=options.why)
        print(f"{entry.version} no longer runs in shadow of {name}.")
        return
    name, version = split_version(options.version)
    manifest = check_version(options.models_dir, name, version)
    of = options.of or name
    begin_shadow(options.models_dir, of, manifest.reference, who=options.who, why=options.why)
    print(f"{manifest.reference} runs in shadow of {of}. The Models page shows what it would answer.")


def run_list(options: argparse.Namespace) -> None:
    """Print all versions and what happened to them."""
    print("\n".join(describe_models(options.models_dir, options.name)))


RUN = {"promote": run_promote, "back": run_back, "default": run_default, "shadow": run_shadow, "list": run_list}


def split_version(reference: str) -> tuple[str, str]:
    """`name/version` → both. PromotionError if one is missing."""
    name, _, version = reference.partition("/")
    if not (name and version):
        raise PromotionError(f"{reference}: give NAME/VERSION, for example cnn/2026-11-29.1. `list` shows them all.")
    return name, version


def find_current(models_dir: Path, name: str) -> str:
    """The version in use as a text for a person."""
    try:
        return f"{name}/{read_current(models_dir, name)}"
    except ModelVersionError:
        return "no version"


def show(manifest: VersionManifest, in_use: str) -> None:
    """Print what the gate said of the version."""
    print(f"{in_use} is in use now. The files of {manifest.reference} are whole and work.")
    if not manifest.objections:
        print("The gate had no objections to it." if manifest.files else "No objections of the gate were kept for it.")
        return
    print("When it was published, the gate held it back:")
    for objection in manifest.objections:
        print(f"  - {objection}")


def ask(options: argparse.Namespace, question: str) -> None:
    """Return if the person says yes. PromotionError otherwise, and where there is nobody to ask."""
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise PromotionError("There is no terminal to ask on: give --yes. Nothing was changed.")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise PromotionError("Nothing was changed.")


def make_request(options: argparse.Namespace, action: PromotionAction, manifest: VersionManifest) -> PromotionRequest:
    """What storage is told. ValidationError, before anything is changed, if the reason is too long."""
    return PromotionRequest(
        action=action,
        name=manifest.name,
        version=manifest.version,
        why=options.why,
        objections_seen=shorten_objections(manifest.objections),
        done=True,
        who=options.who,
    )


def report(options: argparse.Namespace, request: PromotionRequest, done: str) -> None:
    """Tell the person and storage what was done."""
    print(done)
    print(StorageAudit(options.storage_url, SecretStr(TrainingOptions().storage_token)).note(request))


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 if it was done, 1 after a sentence that says why not."""
    options = parse(arguments)
    try:
        RUN[options.action](options)
    except ValidationError as error:
        print("\n".join(describe_invalid_options(error)), file=sys.stderr)
        return BAD_ARGUMENTS
    except (ModelVersionError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("Nothing was changed.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
