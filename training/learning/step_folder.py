"""The folder of one training step: its settings, checkpoint, log and final weights.

A step that was stopped continues from its last checkpoint, and a finished step is not trained again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from shared.atomic_file import replacing
from shared.recognition.model_version import WEIGHTS
from shared.recognition.weights import save_weights
from training.errors import UnusableRunError


class Described(Protocol):
    """The settings of a step."""

    def describe(self) -> dict[str, str | int | float | bool]:
        """Return them by name."""


@dataclass(frozen=True)
class StepFolder:
    """The files of one step, in the folder `results/<run>/step-<number>`."""

    folder: Path

    @property
    def settings(self) -> Path:
        """The step's settings and the hashes of its data, written when it starts."""
        return self.folder / "settings.json"

    @property
    def checkpoints(self) -> Path:
        """The checkpoint of the last finished epoch. Deleted when the step is finished."""
        return self.folder / "checkpoints"

    @property
    def last_checkpoint(self) -> Path:
        """Where a stopped step continues."""
        return self.checkpoints / "last.ckpt"

    @property
    def epochs(self) -> Path:
        """The metrics of each epoch, one JSON line an epoch."""
        return self.folder / "epochs.jsonl"

    @property
    def weights(self) -> Path:
        """The final weights. The step is finished when this file exists."""
        return self.folder / WEIGHTS

    def is_finished(self) -> bool:
        """Return whether the final weights exist."""
        return self.weights.exists()

    def begin(self, settings: Described, data: Mapping[str, str]) -> None:
        """Write the settings and data hashes, or compare them with those that the step began with.

        UnusableRunError if they differ: a step must not continue with anything else than it began with.
        """
        if self.settings.exists():
            self.check(settings, data)
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(self.settings) as temporary:
            temporary.write_text(json.dumps(settings.describe() | {"data": dict(data)}, indent=2))

    def check(self, settings: Described, data: Mapping[str, str] | None = None) -> None:
        """Compare the settings, and the data hashes if known, with those that the step began with.

        UnusableRunError if they differ.
        """
        begun = self.read_settings()
        now = settings.describe() | {"data": begun["data"] if data is None else dict(data)}
        if changed := differing(begun, now):
            raise UnusableRunError(
                f"{self.folder} was begun with other settings or data: {', '.join(changed)}. "
                "Restore them, or give --run another name to start again."
            )

    def read_settings(self) -> dict[str, Any]:
        """Return what the step began with. UnusableRunError if the file is damaged."""
        try:
            settings: dict[str, Any] = json.loads(self.settings.read_text())
            dict(settings["data"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnusableRunError(
                f"{self.settings} cannot be read: give --run another name to start again."
            ) from error
        return settings

    def finish(self, network: nn.Module) -> None:
        """Save the final weights, in one atomic step."""
        with replacing(self.weights) as temporary:
            save_weights(network, temporary)

    def load_into(self, network: nn.Module) -> nn.Module:
        """Load the final weights into the network and return it in evaluation mode.

        UnusableRunError if they are damaged.
        """
        try:
            network.load_state_dict(load_file(self.weights))
        except (OSError, RuntimeError, SafetensorError) as error:
            raise UnusableRunError(f"{self.weights} is damaged: delete it, and the step is trained again.") from error
        return network.eval()


def differing(begun: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Return the names of all settings that are not the same."""
    return sorted(name for name in begun.keys() | now.keys() if begun.get(name) != now.get(name))
