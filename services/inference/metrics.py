"""The Prometheus metrics of inference, served at /metrics together with the HTTP metrics that every service has."""

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.inference.prediction import Measured
from shared.web.metrics import SECONDS_BUCKETS as REQUEST_BUCKETS

CONFIDENCE_BUCKETS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
SCORE_BUCKETS = (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
SECONDS_BUCKETS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)


class Metrics:
    """One object per app, with the app's own registry, so that two apps in one process do not share counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.predictions = Counter(
            "slate_predictions", "Predictions by digit and model version", ["digit", "model"], registry=registry
        )
        self.confidence = Histogram(
            "slate_confidence", "Confidence of the predictions", buckets=CONFIDENCE_BUCKETS, registry=registry
        )
        self.digit_score = Histogram(
            "slate_digit_score", "Digit score of the predictions", buckets=SCORE_BUCKETS, registry=registry
        )
        self.decode_seconds = Histogram(
            "slate_decode_seconds",
            "Time to decode and preprocess one drawing",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self.engine_seconds = Histogram(
            "slate_engine_seconds",
            "Time of the network for one batch",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self.short_lane_seconds = Histogram(
            "slate_short_lane_seconds",
            "Time that a drawing of the short lane waits for its prediction",
            buckets=REQUEST_BUCKETS,
            registry=registry,
        )
        self.batch_images = Histogram(
            "slate_batch_images", "Images in a batch", buckets=BATCH_BUCKETS, registry=registry
        )
        self.waiting = Gauge(
            "slate_work_waiting",
            "Work that is not answered yet, in units of one image",
            ["lane"],
            registry=registry,
            multiprocess_mode="livesum",  # the sum over the living processes
        )
        self.shadow_answers = Counter(
            "slate_shadow_answers",
            "Answers of the version in shadow by what the version in use showed (a digit or `rejected`), and agreement",
            ["model", "shadow", "shown", "agreed"],
            registry=registry,
        )
        self.shadow_skipped = Counter(
            "slate_shadow_skipped", "Answers that the version in shadow had no time to check", registry=registry
        )
        self.refused = Counter("slate_requests_refused", "Refused requests by reason", ["reason"], registry=registry)
        self.model_in_use = Gauge(
            "slate_model_in_use",
            "1 for the version that answers for a model, 0 for one that did",
            ["model", "version"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.models_unusable = Gauge(
            "slate_models_unusable",
            "Models whose version in use cannot be read or loaded",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.models_looked_at = Gauge(
            "slate_models_looked_at_timestamp_seconds",
            "When the folder of models was last read without an error",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.model_events = Gauge(
            "slate_model_event_timestamp_seconds",
            "When an event last came into the journal of a model, by event",
            ["model", "event"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.disk_free_ratio = Gauge(
            "slate_disk_free_ratio",
            "Free share of the disk with this folder",
            ["folder"],
            registry=registry,
            multiprocess_mode="livemin",
        )

    def record(self, measured: Measured, model: str) -> None:
        """Count what one batch measured. Its digits, confidences and digit scores show when the drawings change."""
        for seconds in measured.decode_s:
            self.decode_seconds.observe(seconds)
        recognitions = measured.recognitions
        if recognitions is None:
            return
        self.engine_seconds.observe(measured.engine_s)
        self.batch_images.observe(len(recognitions.digits))
        for digit, count in enumerate(np.bincount(recognitions.digits, minlength=10).tolist()):
            if count:
                self.predictions.labels(str(digit), model).inc(count)
        for confidence in recognitions.probabilities.max(axis=1).tolist():
            self.confidence.observe(confidence)
        for score in recognitions.digit_scores.tolist():
            self.digit_score.observe(score)
