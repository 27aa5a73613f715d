"""Logs the metrics of each epoch, one JSON line per epoch. Plots, manifests and continued runs read the log.

Lightning's CSVLogger would delete the earlier lines of a continued run (docs/decisions/0022).
"""

import json
from pathlib import Path

from lightning.pytorch import Callback, LightningModule, Trainer

from shared.atomic_file import replacing
from training.errors import UnusableRunError


class EpochLog(Callback):
    """Writes a line to `path` at the end of each epoch, and replaces the lines of epochs that a run repeats."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Lightning's hook, called after validation."""
        entries = [entry for entry in read_epochs(self.path) if entry["epoch"] < trainer.current_epoch]
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items() if "/" in name}
        rate = trainer.optimizers[0].param_groups[0]["lr"]
        entries.append({"epoch": trainer.current_epoch, "learning_rate": rate, **metrics})
        with replacing(self.path) as temporary:
            temporary.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def read_epochs(path: Path) -> list[dict[str, float]]:
    """Return one dictionary per epoch; an empty list if there is no log yet. UnusableRunError if the log is damaged."""
    try:
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    except ValueError as error:
        raise UnusableRunError(f"{path} is damaged: give --run another name to start again.") from error
