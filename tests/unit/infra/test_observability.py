"""Dashboards, alerts and documents name only metrics that the code has. Each alert has a section in the runbook."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from infra.markdown_pages import MarkdownPage
from shared.web.problems import STATUS_OF

ROOT = Path(__file__).parents[3]
OBSERVABILITY = ROOT / "infra" / "observability"
METRIC = re.compile(r"\bslate_[a-z_]+\b")
MADE = re.compile(r'(?:Counter|Gauge|Histogram|MetricFamily|make_gauge)\(\s*"(slate_[a-z_]+)"')
SUFFIX = re.compile(r"_(total|bucket|count|sum)$")
RULES = yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"][0]["rules"]


def list_metrics() -> set[str]:
    """The names in the code, without the endings that Prometheus adds."""
    code = [path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]
    return {name for path in code for name in MADE.findall(path.read_text())}


def list_used() -> Iterator[tuple[str, str]]:
    """The names in dashboards, rules and tables, each with the file that has it."""
    for file in [*OBSERVABILITY.rglob("*.json"), OBSERVABILITY / "alerts.yml"]:
        yield from ((name, file.name) for name in METRIC.findall(file.read_text()))
    rows = [line for line in (ROOT / "docs" / "operating.md").read_text().splitlines() if line.startswith("|")]
    yield from ((name, "operating.md") for name in METRIC.findall("\n".join(rows)))


def test_every_metric_that_is_named_exists() -> None:
    made = list_metrics()
    assert len(made) > 20
    unknown = {(name, file) for name, file in list_used() if not {name, SUFFIX.sub("", name)} & made}
    assert unknown == set()


def test_every_metric_is_described_in_the_documents() -> None:
    text = (ROOT / "docs" / "operating.md").read_text()
    described = {SUFFIX.sub("", name) for name in METRIC.findall(text)} | set(METRIC.findall(text))
    assert list_metrics() - described == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_leads_to_its_section_of_the_runbook(rule: dict[str, dict[str, str]]) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert anchor == str(rule["alert"]).lower()
    assert anchor in MarkdownPage(ROOT / page).find_anchors()
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_no_dashboard_shows_a_panel_without_a_query() -> None:
    for file in (OBSERVABILITY / "dashboards").glob("*.json"):
        for panel in json.loads(file.read_text())["panels"]:
            assert all(target["expr"] for target in panel["targets"]), panel["title"]
            assert panel["targets"], panel["title"]


def test_what_the_alert_of_faults_leaves_out_are_failures_of_providers_and_refusals() -> None:
    (rule,) = (rule["expr"] for rule in RULES if rule["alert"] == "ErrorRateHigh")
    (left_out,) = re.findall(r'status!~"([\d|]+)"', rule)
    codes = {code for code, status in STATUS_OF.items() if str(int(status)) in left_out.split("|")}
    assert codes == {"upstream_failed", "upstream_timeout", "not_ready", "overloaded"}
