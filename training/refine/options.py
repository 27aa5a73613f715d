"""The options of `make refine`. How the network is fine-tuned is not here: see `settings.py`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.recognition.model_version import BUILT_IN_DEFAULT
from training.options import TrainingOptions


class Options(TrainingOptions):
    """Fine-tune the version in use on what people labelled, and publish it if nothing got worse.

    The same command continues a run that was stopped.
    """

    model_config = SettingsConfigDict(cli_prog_name="python -m training.refine")

    model: str = Field(BUILT_IN_DEFAULT, description="name under models; its version in use is refined")
    run: str | None = Field(None, description="name of the folder under results; default: refine, the model, a number")
    seed: int = Field(1, ge=0, description="the same labels and the same seed give the same weights on one machine")
    time_limit_min: float = Field(60, gt=0, description="minutes of training after which the command stops")
