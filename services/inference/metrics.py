"""What inference counts, beside the HTTP metrics every service has. Scraped at /metrics."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

CONFIDENCE_BUCKETS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
SECONDS_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)


class Metrics:
    """One set an app, over its own registry, so that two apps in one process do not meet."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.predictions = Counter(
            "slate_predictions", "Predictions by digit and model version", ["digit", "model"], registry=registry
        )
        self.confidence = Histogram(
            "slate_confidence", "Confidence of the predictions", buckets=CONFIDENCE_BUCKETS, registry=registry
        )
        self.preprocess_seconds = Histogram(
            "slate_preprocess_seconds", "Drawing to image", buckets=SECONDS_BUCKETS, registry=registry
        )
        self.network_seconds = Histogram(
            "slate_network_seconds", "Image to probabilities", buckets=SECONDS_BUCKETS, registry=registry
        )
        self.in_hand = Gauge("slate_requests_in_hand", "Requests being read or answered", registry=registry)
