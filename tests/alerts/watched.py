"""A real Slate with a real Prometheus that watches it by the shipped rules, with all durations divided by FASTER."""

import contextlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from shared.recognition.model_version import find_manifest, set_shadow
from tests.e2e.stack import NO_CERTIFICATES, ROOT, Stack, free_port, is_ready, wait_until
from tests.faults.linked_stack import Links, running_linked_stack

SHIPPED = ROOT / "infra" / "observability"
FASTER = 20
PATIENCE_S = 180.0
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def shorten(rules: str) -> str:
    """The rules with every duration, and every number of seconds that is written as `minutes * 60`, divided."""
    rules = re.sub(r"\b(\d+)([smhd])\b", lambda found: f"{int(found[1]) * UNITS[found[2]] // FASTER}s", rules)
    return re.sub(r"\b(\d+(?: \* 60)+)\b", r"\1 / " + str(FASTER), rules)


@dataclass
class Watched:
    stack: Stack
    links: Links
    models: Path
    prometheus: str
    caused: set[str] = field(default_factory=set)  # the alerts that fired after their fault

    def query(self, expression: str) -> list[dict[str, Any]]:
        answer = httpx.get(
            f"{self.prometheus}/api/v1/query", params={"query": expression}, timeout=60, verify=NO_CERTIFICATES
        )
        assert answer.status_code == 200, f"{expression}: {answer.text}"
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found

    def firing(self) -> set[str]:
        return {alert["metric"]["alertname"] for alert in self.query('ALERTS{alertstate="firing"}')}

    def wait_for(self, alert: str) -> None:
        started = time.monotonic()
        wait_until(lambda: alert in self.firing(), f"{alert} fires", PATIENCE_S)
        print(f"{alert} fired after {time.monotonic() - started:.0f} s; all that fire: {sorted(self.firing())}")  # noqa: T201

    def wait_for_end(self, alert: str) -> None:
        wait_until(lambda: alert not in self.firing(), f"{alert} ends", PATIENCE_S)

    @contextlib.contextmanager
    def expecting(self, *alerts: str) -> Iterator[None]:
        """The alerts do not fire before the block. The block causes the fault, and must not undo it."""
        for alert in alerts:
            self.wait_for_end(alert)
        yield
        for alert in alerts:
            self.wait_for(alert)
        self.caused.update(alerts)


@contextlib.contextmanager
def running_prometheus(stack: Stack, folder: Path) -> Iterator[str]:
    """Prometheus with the shipped configuration. Only the addresses and the durations are those of the test."""
    settings = yaml.safe_load((SHIPPED / "prometheus.yml").read_text())
    settings["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    for job in settings["scrape_configs"]:
        del job["dns_sd_configs"]
        job["static_configs"] = [{"targets": [f"127.0.0.1:{stack.ports[job['job_name']]}"]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
    (folder / "alerts.yml").write_text(shorten((SHIPPED / "alerts.yml").read_text()))
    port, log = free_port(), folder / "prometheus.log"
    options = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'tsdb'}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["prometheus", *options, f"--web.listen-address=127.0.0.1:{port}"], stdout=output, stderr=output
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: is_ready(f"{url}/-/ready") or process.poll() is not None, "Prometheus is ready")
        assert process.poll() is None, log.read_text()
        yield url
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own, of 100 MB. Needs root."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def running_watched(folder: Path) -> Iterator[Watched]:
    with small_disk(folder / "disk") as disk:
        models = disk / "models"
        shutil.copytree(ROOT / "models", models)
        set_shadow(models, "cnn", find_manifest(models, "mlp").reference)
        with (
            running_linked_stack(INFERENCE_MODELS_DIR=str(models)) as (stack, links),
            running_prometheus(stack, folder) as prometheus,
        ):
            watched = Watched(stack, links, models, prometheus)
            wait_until(lambda: len(watched.query("up == 1")) == 3, "all three services are read")
            yield watched


def list_dashboard_queries() -> list[str]:
    """Every query of the dashboards, with the durations of the test."""
    found = []
    for file in sorted((SHIPPED / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            found += [shorten(target["expr"].replace("$__rate_interval", "5m")) for target in panel["targets"]]
    return found
