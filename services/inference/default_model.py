"""Finds out which model answers requests that name none: the setting, else the file `models/default`, else `cnn`."""

from pathlib import Path

import structlog

from shared.recognition.model_version import BUILT_IN_DEFAULT, ModelVersionError, read_default

logger = structlog.get_logger(__name__)


class DefaultModel:
    """`setting` is INFERENCE_DEFAULT_MODEL, `name` or `name/version`. If it is set, the file is not read."""

    def __init__(self, models_dir: Path, setting: str | None) -> None:
        self.setting = setting
        self._models_dir = models_dir
        self._failure = ""

    @property
    def is_unreadable(self) -> bool:
        """Whether the file could not be read the last time."""
        return bool(self._failure)

    def read(self, before: str = BUILT_IN_DEFAULT) -> str:
        """The reference of the model. With a broken file, which is logged once, it stays as it was `before`."""
        if self.setting is not None:
            return self.setting
        try:
            named = read_default(self._models_dir)
        except ModelVersionError as error:
            if self._failure != str(error):
                logger.warning("pointer_unreadable", model="default", reason=str(error))
            self._failure = str(error)
            return before
        self._failure = ""
        return named or BUILT_IN_DEFAULT
