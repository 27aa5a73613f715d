"""How the backend listens. Variables that begin with LABEL_STUDIO_BACKEND_ configure what no argument does."""

from pydantic_settings import SettingsConfigDict

from shared.web.settings import ApiServerSettings


class Settings(ApiServerSettings):
    """Validated at start. docs/operating.md describes each setting."""

    model_config = SettingsConfigDict(env_prefix="LABEL_STUDIO_BACKEND_")
