"""Logs of the training package: sentences on standard error, more of them with LOG_LEVEL=DEBUG or LOG_LEVEL_DEBUG=1."""

import logging
import os
import warnings

from pydantic_settings import SettingsError


def configure_logs() -> None:
    """SettingsError where LOG_LEVEL is no level."""
    level = "DEBUG" if os.environ.get("LOG_LEVEL_DEBUG") == "1" else os.environ.get("LOG_LEVEL", "INFO").upper()
    if level not in logging.getLevelNamesMapping():
        raise SettingsError(f"LOG_LEVEL is {level}; it may be DEBUG, INFO, WARNING or ERROR.")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    logging.getLogger("training").setLevel(level)
    if level != "DEBUG":
        logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    # A batch is drawn on the device from indices, so that worker processes have nothing to do.
    warnings.filterwarnings("ignore", "The '.*_dataloader' does not have many workers")
    warnings.filterwarnings("ignore", "Checkpoint directory .* exists and is not empty")  # a resumed run's
    warnings.filterwarnings("ignore", "`isinstance.treespec, LeafSpec.` is deprecated")  # Lightning beside torch 2.13
