"""What each epoch reached, one JSON line each: the plots read it, and a resumed run goes on with it."""

import json
from pathlib import Path

from lightning.pytorch import Callback, LightningModule, Trainer


class History(Callback):
    """Appends to `path` when an epoch ends; epochs that a resumed run repeats are written anew."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Validation has run by then."""
        if not trainer.is_global_zero:
            return
        kept = [entry for entry in read_history(self.path) if entry["epoch"] < trainer.current_epoch]
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items() if "/" in name}
        kept.append(
            {"epoch": trainer.current_epoch, "learning_rate": trainer.optimizers[0].param_groups[0]["lr"], **metrics}
        )
        written = self.path.with_suffix(".writing")
        written.write_text("".join(json.dumps(entry) + "\n" for entry in kept))
        written.replace(self.path)  # in one step, whenever it is killed


def read_history(path: Path) -> list[dict[str, float]]:
    """Epoch by epoch; empty where there is none yet."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
