"""The tasks of a project → Slate's predictions for them. A task that can't be read gets an empty prediction."""

from typing import Any

import structlog
from pydantic import BaseModel, Field

from clients.label_studio.label_config import Controls, read_config
from clients.label_studio.pictures import PictureError, Pictures
from clients.label_studio.results import Result, describe_digit, describe_page
from shared.clients.inference import PICTURE_PROBLEMS, InferenceClient
from shared.clients.service import RefusedError
from shared.contracts.inference import ModelList

logger = structlog.get_logger(__name__)
ANY_TYPE = "application/octet-stream"  # inference looks at the bytes


class Task(BaseModel):
    """A task as Label Studio sends it; it has more fields."""

    data: dict[str, Any]


class TasksToRead(BaseModel):
    """The body of POST /predict; it has more fields."""

    tasks: list[Task] = Field(max_length=1_000)
    label_config: str = Field(max_length=100_000)


class Reader:
    """`model` is `name` or `name/version`; None is the default model of inference. Threads may share a reader."""

    def __init__(self, inference: InferenceClient, pictures: Pictures, model: str | None) -> None:
        self._inference = inference
        self._pictures = pictures
        self._model = model

    def find_version(self) -> str:
        """The version that answers now. RefusedError, ServiceUnavailableError."""
        return self._find_version(self._inference.list_models())

    def read(self, request: TasksToRead) -> list[dict[str, Any]]:
        """A prediction for each task. ConfigError, ServiceUnavailableError, RefusedError that is about no picture."""
        controls, models = read_config(request.label_config), self._inference.list_models()
        version = self._find_version(models)
        thresholds = {each.reference: each.digit_score_threshold for each in models.models}
        results = [self._read_task(task, controls, thresholds.get(version, 0.0)) for task in request.tasks]
        return [
            {"result": result, "score": min((each["score"] for each in result if "score" in each), default=0.0)}
            | {"model_version": version}
            for result in results
        ]

    def _find_version(self, models: ModelList) -> str:
        if self._model is None:
            return str(models.default)
        current = (each.reference for each in models.models if each.current and each.name == self._model)
        return next(current, self._model)

    def _read_task(self, task: Task, controls: Controls, threshold: float) -> list[Result]:
        try:
            return self._read_picture(self._pictures.load(task.data.get(controls.field)), controls, threshold)
        except PictureError as error:
            logger.warning("picture_not_loaded", reason=str(error))
        except RefusedError as refused:
            if refused.problem.code not in PICTURE_PROBLEMS:
                raise
            logger.info("picture_not_read", reason=refused.problem.code)
        return []

    def _read_picture(self, picture: bytes, controls: Controls, threshold: float) -> list[Result]:
        results: list[Result] = []
        if controls.choices:
            answer = self._inference.predict(picture, ANY_TYPE, self._model)
            own = answer.digit_score_threshold  # None from an older inference
            rejected = answer.digit_score < (threshold if own is None else own)
            results += describe_digit(answer, controls, rejected=rejected)
        if controls.digit_boxes or controls.number_boxes:
            # Not turned: Label Studio wants boxes in the picture as it shows it.
            results += describe_page(self._inference.read(picture, ANY_TYPE, self._model, rotation=0), controls)
        return results
