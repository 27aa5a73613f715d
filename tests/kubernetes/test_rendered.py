"""The overlays as `kubectl kustomize` renders them are valid, and checkov finds no unsafe settings in them.

`make check-kubernetes` installs kubernetes-validate and checkov into an environment of their own and runs this.
"""

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.manifests import KUBERNETES, OVERLAYS, ROOT

TOOLS = ROOT / ".kubernetes-tools" / "bin"
KUBECTL = os.environ.get("KUBECTL", "kubectl")
VERSIONS = ("1.30", "1.37")  # the oldest that the guide names, and the newest whose schemas kubernetes-validate has
CUSTOM = {"Cluster", "ScheduledBackup", "ObjectStore"}  # their schemas come with their operators
PARTS = {"cpu": {"HorizontalPodAutoscaler", "Ingress", "CronJob", *CUSTOM}, "dev": {"Cluster"}}
PARTS["gpu"] = PARTS["cpu"]


@cache
def render(overlay: str) -> str:
    return render_folder(KUBERNETES / "overlays" / overlay)


def render_folder(folder: Path) -> str:
    command = [KUBECTL, "kustomize", str(folder)]
    rendered = subprocess.run(command, capture_output=True, text=True, check=False)
    assert rendered.returncode == 0, rendered.stderr
    assert rendered.stderr == "", "Kustomize warns."
    return rendered.stdout


def read(overlay: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(render(overlay)))


def find(overlay: str, kind: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in read(overlay) if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_resource_is_valid(overlay: str, version: str, tmp_path: Path) -> None:
    (tmp_path / "rendered.yaml").write_text(render(overlay))
    command = [TOOLS / "kubernetes-validate", "--strict", "-k", version, tmp_path / "rendered.yaml"]
    validated = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (validated.stdout + validated.stderr).splitlines()
    unknown = {
        line.split("for kind ")[1].split()[0] for line in lines if line.startswith("WARN") and "for kind" in line
    }
    assert unknown <= CUSTOM, lines
    assert len([line for line in lines if line.startswith("INFO")]) == len(
        [each for each in read(overlay) if each["kind"] not in CUSTOM]
    ), lines
    assert validated.returncode == 0, lines


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_checkov_finds_nothing_unsafe(overlay: str, tmp_path: Path) -> None:
    (tmp_path / "rendered.yaml").write_text(render(overlay))
    options = ["--config-file", KUBERNETES / "checkov.yaml", "--skip-download", "--output", "json"]
    command = [TOOLS / "checkov", "--file", tmp_path / "rendered.yaml", *options]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    result = json.loads(checked.stdout)
    failed = [(each["check_id"], each["resource"]) for each in result["results"]["failed_checks"]]
    assert failed == []
    assert result["summary"]["passed"] > 100


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_has_its_parts_and_everything_is_in_one_namespace(overlay: str) -> None:
    resources = read(overlay)
    assert {each["kind"] for each in resources} >= PARTS[overlay]
    assert {each["metadata"].get("namespace", "slate") for each in resources} == {"slate"}
    assert not any(each["kind"] == "Secret" for each in resources)


@pytest.mark.parametrize("overlay", ["cpu", "gpu"])
def test_no_image_is_left_without_a_registry_and_a_version(overlay: str) -> None:
    images = {line.split("image: ")[1] for line in render(overlay).splitlines() if "image: " in line}
    assert images
    assert {image for image in images if "/" not in image or ":" not in image} == set()


def test_the_command_of_the_guide_changes_the_host_name_and_the_registry_everywhere(tmp_path: Path) -> None:
    """In a place that was left out, the overlay `gpu` would run the image for processors."""
    shutil.copytree(KUBERNETES, tmp_path / "infra" / "kubernetes")
    (command,) = re.findall(r"grep -rlE .*?(?=\n *```)", (ROOT / "docs" / "kubernetes.md").read_text(), re.DOTALL)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    rendered = render_folder(tmp_path / "infra" / "kubernetes" / "overlays" / "gpu")
    assert set(re.findall(r"[\w./-]*example\.org", rendered)) == {"//objects.example.org"}
    assert "image: registry.example.com/slate-inference-gpu:1" in rendered
    assert "host: digits.example.com" in rendered


def test_the_settings_of_an_overlay_are_added_to_those_of_the_base() -> None:
    (settings,) = [
        each["data"]
        for each in read("gpu")
        if each["kind"] == "ConfigMap" and each["metadata"]["name"].startswith("inference-")
    ]
    assert settings["INFERENCE_DRAIN_S"] == "10"
    assert settings["INFERENCE_ROOT_PATH"] == "/api"
    assert settings["INFERENCE_DEVICE"] == "cuda"


def test_a_changed_setting_replaces_the_pods() -> None:
    names = {each["metadata"]["name"] for each in read("cpu") if each["kind"] == "ConfigMap"}
    (reference,) = find("cpu", "Deployment", "inference")["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    assert reference["configMapRef"]["name"] in names - {"inference"}  # the name has a hash of the settings
    job = find("cpu", "CronJob", "refine")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (variable,) = job["containers"][0]["env"]
    assert variable["valueFrom"]["configMapKeyRef"]["name"] == reference["configMapRef"]["name"]


@pytest.mark.parametrize("overlay", ["cpu", "gpu"])
def test_the_number_of_pods_of_inference_is_left_to_the_autoscaler(overlay: str) -> None:
    autoscaler = find(overlay, "HorizontalPodAutoscaler", "inference")["spec"]
    assert [each["type"] for each in autoscaler["metrics"]] == ["Resource"]  # which each cluster can read
    assert autoscaler["minReplicas"] > 1
    assert "replicas" not in find(overlay, autoscaler["scaleTargetRef"]["kind"], "inference")["spec"]


def test_a_component_adds_the_length_of_the_queue_to_what_the_autoscaler_reads(tmp_path: Path) -> None:
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    path = tmp_path / "kubernetes" / "overlays" / "cpu" / "kustomization.yaml"
    path.write_text(path.read_text().replace("# - ../../components/queue", "- ../../components/queue"))
    for overlay in ("cpu", "gpu"):
        rendered = yaml.safe_load_all(render_folder(tmp_path / "kubernetes" / "overlays" / overlay))
        (autoscaler,) = [each["spec"] for each in rendered if each["kind"] == "HorizontalPodAutoscaler"]
        assert [each["type"] for each in autoscaler["metrics"]] == ["Resource", "Pods"]


def test_the_database_of_other_people_has_two_replicas_and_keeps_what_the_base_says() -> None:
    spec = find("cpu", "Cluster", "slate-database")["spec"]
    assert spec["instances"] == 3
    assert spec["postgresql"]["parameters"]["max_connections"] == "200"
    assert spec["bootstrap"]["initdb"]["owner"] == "slate"
    store = spec["plugins"][0]["parameters"]["barmanObjectName"]
    assert find("cpu", "ObjectStore", store)["spec"]["retentionPolicy"] == "30d"


def test_a_pod_of_inference_on_a_gpu_has_one_and_the_models_of_the_volume() -> None:
    pod = find("gpu", "Deployment", "inference")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["resources"]["limits"] == {"memory": "8Gi", "nvidia.com/gpu": "1"}
    assert container["image"] == "registry.example.org/slate-inference-gpu:1"
    assert {mount["mountPath"] for mount in container["volumeMounts"]} >= {"/tmp", "/app/models"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
