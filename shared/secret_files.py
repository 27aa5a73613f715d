"""Settings that may also come from files: `/run/secrets/storage_token` holds what `STORAGE_TOKEN` would.

Docker shows the environment of a container to whoever may ask the engine (`docker inspect`), but not these files.
A variable comes before the file of the same name. An empty file counts as none.
"""

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource

FOLDER = Path("/run/secrets")  # where Docker puts the files of a container


class SecretFiles(SecretsSettingsSource):
    """Reads each setting from the file of its name in small letters."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content without white space around it, None if there is none."""
        value, key, is_complex = super().get_field_value(field, field_name)
        return value or None, key, is_complex


class FileSettings(BaseSettings):
    """Settings from the environment and from files."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The first source that has a value decides."""
        files = (SecretFiles(settings_cls, FOLDER),) if FOLDER.is_dir() else ()
        return (init_settings, env_settings, *files)
