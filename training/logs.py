"""Configures the logs of training commands: readable lines on standard error.

`LOG_LEVEL=DEBUG` or `LOG_LEVEL_DEBUG=1` shows more.
"""

import logging
import os
import warnings

from pydantic_settings import SettingsError


def configure_logs() -> None:
    """Configure the logs. SettingsError if LOG_LEVEL is not a level."""
    level = "DEBUG" if os.environ.get("LOG_LEVEL_DEBUG") == "1" else os.environ.get("LOG_LEVEL", "INFO").upper()
    if level not in logging.getLevelNamesMapping():
        raise SettingsError(f"LOG_LEVEL is {level}. Set it to DEBUG, INFO, WARNING or ERROR.")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    logging.getLogger("training").setLevel(level)
    if level != "DEBUG":
        logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    # Batches are drawn on the device from indices, so data loader workers would have nothing to do.
    warnings.filterwarnings("ignore", "The '.*_dataloader' does not have many workers")
    warnings.filterwarnings("ignore", "Checkpoint directory .* exists and is not empty")  # a continued run
    warnings.filterwarnings("ignore", "`isinstance.treespec, LeafSpec.` is deprecated")  # Lightning 2.6 with torch 2.13
