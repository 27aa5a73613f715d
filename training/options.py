"""The options of a training run, typed, from the command line: each says why its default is what it is.

docs/experiments.md has what the defaults were chosen against. They are written into the manifest of what is published.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from training.datasets.fetching import DATA_DIR

ModelName = Literal["cnn", "mlp", "lenet5", "vit", "best", "best_large"]
DatasetName = Literal["mnist", "qmnist", "emnist", "pen_strokes", "labelled_drawings"]
Augmentation = Literal["none", "mild", "full"]
OptimizerName = Literal["sgd", "adam", "adamw", "muon"]
ScheduleName = Literal["one_cycle", "cosine", "constant"]
TrackerName = Literal["tensorboard", "wandb", "mlflow", "none"]
Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


class Options(BaseSettings):
    """Train a network and publish it as a model version."""

    model_config = SettingsConfigDict(
        cli_prog_name="python -m training.train",
        env_prefix="TRAINING_",
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,  # storage's token may be among it
    )

    model: ModelName = Field("cnn", description="the architecture; cnn is what the service answers with")
    dataset: list[DatasetName] = Field(["mnist"], description="what to train on, several as a,b; MNIST `make data` has")
    pen_digits: Path | None = Field(
        None,
        validation_alias=AliasChoices("pen_digits", "PEN_DIGITS"),
        description="a file of pen strokes, for pen_strokes and for measuring; none is shipped",
    )
    pen_letters: Path | None = Field(
        None,
        validation_alias=AliasChoices("pen_letters", "PEN_LETTERS"),
        description="strokes of letters, which are no digits; none is shipped",
    )
    unseen_writers: list[str] | None = Field(
        None, description="«app»: pen strokes by writers whose names begin so are validated on, not learned from"
    )
    storage_url: str = Field("http://127.0.0.1:8002", description="for labelled_drawings; where `make run` has storage")
    storage_token: str = Field(
        "", validation_alias=AliasChoices("storage_token", "STORAGE_TOKEN"), description="its bearer token"
    )

    optimizer: OptimizerName = Field("adamw", description="the least to tune of those tried")
    learning_rate: float = Field(2e-3, gt=0, description="peak; 4e-3 is less accurate, 1e-3 slower to get there")
    weight_decay: float = Field(0.02, ge=0, description="more did not help, none overfits the pen strokes")
    schedule: ScheduleName = Field("one_cycle", description="reaches in 20 epochs what a constant rate does not in 40")
    batch: int = Field(128, gt=0, description="below, a step's overhead shows on a CPU; above, accuracy falls")
    epochs: int = Field(20, gt=0, description="augmented batches are new each time; the curve is flat after this")
    patience: int = Field(10, gt=0, description="epochs without a better validation accuracy before it stops early")
    augmentation: Augmentation = Field(
        "full", description="of images; mild is for networks too small to learn all of full"
    )
    pictures: bool = Field(False, description="digits in files and photographs too; drawing them takes minutes")
    label_smoothing: float = Field(0.05, ge=0, lt=1, description="some labels are wrong; also calibrates")
    dropout: float = Field(1.0, ge=0, description="times the architecture's own; less for data that are never the same")
    not_digit_weight: float = Field(0.2, ge=0, description="of the loss that tells digits from what is none")
    averaging: float = Field(0.999, ge=0, lt=1, description="decay of the average of the weights that is published")

    start_from: str | None = Field(None, description="«name» or «name/version» with whose weights to begin")
    start_share: float = Field(
        0.0, ge=0, le=1, description="of that version that stays in the weights published; Wortsman et al. 2022: half"
    )
    teacher: str | None = Field(
        None, description="«name» or «name/version», several as a,b, to distil from; learning alone is simplest"
    )
    teacher_share: float = Field(
        0.7, ge=0, le=1, description="of the loss that follows the teacher; Hinton et al. 2015"
    )
    teacher_temperature: float = Field(2.0, gt=0, description="softens both; 1 shows too little of the second choices")

    judge: str | None = Field(
        None, description="«name» or «name/version», several as a,b; pen digits whose labels they doubt are left out"
    )
    answered_epochs: int = Field(
        0, ge=0, description="drawn and answered by the teacher once, for all its students; 0 asks it about each batch"
    )

    seed: int = Field(1, ge=0, description="the same seed gives the same weights on the same machine")
    accelerator: Literal["auto", "cpu", "cuda"] = Field("auto", description="CUDA where there is one")
    devices: int = Field(1, gt=0, description="more than one train as DDP, each on its own share of a batch of `batch`")
    precision: Precision = Field("32-true", description="bf16-mixed is twice as fast where the processor has the units")
    tracker: TrackerName = Field("tensorboard", description="needs neither an account nor a server")

    run: str | None = Field(None, description="the folder's name under results; model and time where absent")
    resume: bool = Field(False, description="go on with the run of that name where it was stopped")
    publish: bool = Field(True, description="--no-publish stops after the plots; test images are then not touched")
    data_dir: Path = Field(DATA_DIR, description="where `make data` puts it")
    models_dir: Path = Field(Path("models"), description="where inference looks")
    results_dir: Path = Field(Path("results"), description="ignored by git")

    @model_validator(mode="after")
    def check_that_all_is_used(self) -> Self:
        """What would do nothing is refused, since the manifest's recipe would say that it was done."""
        if len(set(self.dataset)) < len(self.dataset):
            raise ValueError("dataset names one of them twice")
        if self.pictures and not {"mnist", "pen_strokes"} & set(self.dataset):
            raise ValueError("pictures are drawn of mnist and pen_strokes, and neither is there")
        if not self.teacher and {"teacher_share", "teacher_temperature"} & self.model_fields_set:
            raise ValueError("teacher_share and teacher_temperature need a teacher")
        if self.start_share and not self.start_from:
            raise ValueError("start_share needs a version to start_from")
        if self.judge and "pen_strokes" not in self.dataset:
            raise ValueError("a judge needs pen_strokes to judge")
        if self.unseen_writers and "pen_strokes" not in self.dataset:
            raise ValueError("unseen_writers need pen_strokes to be left out of")
        return self

    def recipe(self) -> dict[str, str | int | float | bool]:
        """What made the weights, for the manifest: no paths, no secrets."""
        places = {"pen_digits", "pen_letters", "storage_url", "storage_token", "data_dir", "models_dir", "results_dir"}
        control = {"run", "resume", "publish", "tracker", "accelerator"}
        chosen = self.model_dump(exclude=places | control, exclude_none=True)
        return {name: ",".join(value) if isinstance(value, list) else value for name, value in chosen.items()}
