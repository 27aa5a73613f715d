"""The manifests of infra/kubernetes as they are written, without Kustomize: resources and files of settings."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
KUBERNETES = ROOT / "infra" / "kubernetes"
OVERLAYS = ("cpu", "gpu", "dev")
WRITTEN = ("base", "components/published", "components/learning")  # whole resources, and patches without a pod
PATCHES = ("components/learning/inference.yaml", "components/published/postgres.yaml")

Resource = dict[str, Any]


@cache
def read_resources() -> list[Resource]:
    """Every whole resource of the base and the components."""
    return [
        resource
        for folder in WRITTEN
        for path in sorted((KUBERNETES / folder).glob("*.yaml"))
        if path.name != "kustomization.yaml" and f"{folder}/{path.name}" not in PATCHES
        for resource in yaml.safe_load_all(path.read_text())
    ]


def read_patch(path: str) -> Resource:
    """The one resource of a patch."""
    patch: Resource = yaml.safe_load((KUBERNETES / path).read_text())
    return patch


def find(kind: str, name: str) -> Resource:
    """The resource of that kind and name."""
    (found,) = [each for each in read_resources() if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def read_workloads() -> dict[str, Resource]:
    """Name → the pod of each Deployment, StatefulSet, Job and CronJob."""
    pods = {}
    for resource in read_resources():
        spec = resource.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "containers" in spec.get("template", {}).get("spec", {}):
            pods[resource["metadata"]["name"]] = spec["template"]
    return pods


def read_container(name: str) -> Resource:
    """The one container of that pod."""
    (container,) = read_workloads()[name]["spec"]["containers"]
    return dict(container)


def read_settings(name: str, *folders: str) -> dict[str, str]:
    """The variables of the files `name`.env in these folders. A later file wins."""
    variables = {}
    for folder in folders:
        path = KUBERNETES / folder / f"{name}.env"
        lines = path.read_text().splitlines() if path.exists() else []
        variables |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return variables
