"""The profile `observability`: Prometheus finds the services by the shipped files, unchanged, and knows the alerts.

Grafana is not started. PROMETHEUS_IMAGE names another image of Prometheus.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
import yaml

from tests.containers.project import ROOT, Project
from tests.e2e.stack import free_port, is_ready, wait_until

SERVICES = ("inference", "storage", "frontend")
ALERTS = yaml.safe_load((ROOT / "infra" / "observability" / "alerts.yml").read_text())["groups"]
PATIENCE_S = 300  # Prometheus asks the services every 15 seconds


class Prometheus(NamedTuple):
    """Prometheus as a person on this machine reaches it."""

    url: str

    def ask(self, path: str, **parameters: str) -> Any:
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=60)
        return answer.raise_for_status().json()["data"]

    def find_values(self, expression: str, label: str) -> dict[str, float]:
        """What the expression is now, by the value of a label."""
        found = self.ask("query", query=expression)["result"]
        return {series["metric"][label]: float(series["value"][1]) for series in found}

    def list_rules(self) -> list[dict[str, Any]]:
        return [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]


@pytest.fixture(scope="module")
def prometheus() -> Iterator[Prometheus]:
    port = str(free_port())
    settings = {"COMPOSE_PROFILES": "observability", "PROMETHEUS_PORT": port}
    project = Project("slate-test-observability").with_settings(settings)
    try:
        project.compose("up", "--build", "--detach", "--wait", *SERVICES, "prometheus")
        found = Prometheus(f"http://127.0.0.1:{port}")
        wait_until(lambda: is_ready(f"{found.url}/-/ready"), "Prometheus is ready")  # its image has no health check
        yield found
    finally:
        project.remove()


def test_prometheus_reads_each_service_by_its_name(prometheus: Prometheus) -> None:
    up = dict.fromkeys(SERVICES, 1.0)
    wait_until(lambda: prometheus.find_values("up == 1", "job") == up, "all three services are read", PATIENCE_S)
    assert prometheus.find_values("up", "job") == up


def test_prometheus_evaluates_every_shipped_alert_without_an_error(prometheus: Prometheus) -> None:
    shipped = [rule["alert"] for group in ALERTS for rule in group["rules"]]
    assert [rule["name"] for rule in prometheus.list_rules()] == shipped
    wait_until(lambda: "unknown" not in {rule["health"] for rule in prometheus.list_rules()}, "evaluated", PATIENCE_S)
    assert {rule["name"]: rule.get("lastError", "") for rule in prometheus.list_rules() if rule["health"] != "ok"} == {}


def test_the_page_tells_prometheus_that_both_other_services_are_ready(prometheus: Prometheus) -> None:
    ready = {"inference": 1.0, "storage": 1.0}
    wait_until(
        lambda: prometheus.find_values("slate_service_ready", "service") == ready, "the page's own view", PATIENCE_S
    )
