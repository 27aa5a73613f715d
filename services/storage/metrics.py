"""The Prometheus metrics about predictions, served at /metrics beside those of HTTP and of the database."""

from itertools import product

from prometheus_client import CollectorRegistry, Counter

from shared.contracts.storage import NOT_A_DIGIT, PredictionToStore, StoredPrediction, is_right


class Metrics:
    """One object per app, with the app's own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._stored = Counter("slate_predictions_stored", "New predictions by source", ["source"], registry=registry)
        self._labels = Counter(
            "slate_labels",
            "Labels that people gave, by label (a digit or `not_a_digit`) and whether the prediction was right",
            ["label", "right"],
            registry=registry,
        )
        for label, right in product((*range(10), NOT_A_DIGIT), ("yes", "no")):  # from 0, so that the first ones count
            self._labels.labels(str(label), right)

    def count_stored(self, prediction: PredictionToStore) -> None:
        """Count a new prediction."""
        self._stored.labels(prediction.source).inc()

    def count_label(self, prediction: StoredPrediction) -> None:
        """Count the label of a prediction. A label that is sent again counts again."""
        right = is_right(prediction.digit, prediction.label, rejected=prediction.rejected)
        self._labels.labels(str(prediction.label), "yes" if right else "no").inc()
