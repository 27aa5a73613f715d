"""The errors that training commands report to the user in one sentence, without a traceback."""


class TrainingError(Exception):
    """Something the user can fix. The message says what is wrong and what to do."""


class DataUnavailableError(TrainingError):
    """Data is missing, damaged or must not be used together."""


class RecipeError(TrainingError):
    """A recipe file is missing or malformed."""


class RunError(TrainingError):
    """A run cannot start, continue or finish."""


class UnusableRunError(RunError):
    """A run cannot be continued, because a file of it is damaged or it began with something else. Another one can."""


class SweepError(TrainingError):
    """A sweep cannot start."""


class WeightsError(TrainingError):
    """Weights do not fit the architecture, or the file holds more than weights."""
