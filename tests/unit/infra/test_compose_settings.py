"""docker-compose.yml passes every setting of a service on from `.env`, and every secret as a file, to its container."""

import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from infra.secret_files import write_secrets
from shared.web.settings import split_by_comma

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SET_BY_THE_IMAGE = {"host", "port", "models_dir"}  # outside, the port is that of the machine, in SLATE_HOST
SET_BY_COMPOSE = {"FRONTEND_INFERENCE_URL", "FRONTEND_STORAGE_URL"}
SERVICES = {
    "inference": ("services.inference.settings", "Settings"),
    "storage": ("services.storage.settings", "Settings"),
    "migrate": ("services.storage.settings", "DatabaseSettings"),
    "frontend": ("services.frontend.settings", "Settings"),
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_reaches_its_container(service: str) -> None:
    module, name = SERVICES[service]
    settings = getattr(import_module(module), name)
    prefix = settings.model_config["env_prefix"]
    wanted = {f"{prefix}{field}".upper() for field in settings.model_fields if field not in SET_BY_THE_IMAGE}
    passed = COMPOSE["services"][service]["environment"]
    files = find_secret_files(service)
    assert wanted - passed.keys() - files == set(), "Add these settings to docker-compose.yml."
    for variable in wanted - SET_BY_COMPOSE - files:
        assert re.search(rf"\$\{{{variable}:[-?]", passed[variable]), f"{variable} does not come from .env"


@pytest.mark.parametrize("service", SERVICES)
def test_a_secret_is_a_file_and_no_variable_that_docker_shows(service: str) -> None:
    module, name = SERVICES[service]
    settings = getattr(import_module(module), name)
    prefix = settings.model_config["env_prefix"]
    secrets = {
        f"{prefix}{field}".upper()
        for field, info in settings.model_fields.items()
        if "SecretStr" in str(info.annotation)
    }
    assert find_secret_files(service) == secrets
    assert not secrets & COMPOSE["services"][service]["environment"].keys()


def test_every_secret_of_compose_is_written(tmp_path: Path) -> None:
    write_secrets(tmp_path / "secrets", {})
    assert {file.name for file in (tmp_path / "secrets").iterdir()} == COMPOSE["secrets"].keys()


def find_secret_files(service: str) -> set[str]:
    """The variables whose values the container has as files in /run/secrets."""
    secrets = COMPOSE["services"][service]["secrets"]
    return {(secret if isinstance(secret, str) else secret["target"]).upper() for secret in secrets}


@pytest.mark.parametrize("service", ["inference", "storage", "frontend"])
def test_a_container_knows_its_own_name_and_no_name_of_a_stranger(service: str) -> None:
    module, name = SERVICES[service]
    variable = f"{service}_ALLOWED_HOSTS".upper()
    passed = COMPOSE["services"][service]["environment"][variable].replace(f"${{{variable}:-}}", "")
    settings = getattr(import_module(module), name)
    names = settings.model_construct(host="0.0.0.0", allowed_hosts=split_by_comma(passed)).host_names
    assert names == {"localhost", "0.0.0.0", service}


def test_an_empty_variable_counts_as_not_set() -> None:
    for module, name in SERVICES.values():
        assert getattr(import_module(module), name).model_config["env_ignore_empty"]


def test_the_path_of_the_page_reaches_its_container() -> None:
    passed = COMPOSE["services"]["frontend"]["environment"]
    assert passed["STREAMLIT_SERVER_BASE_URL_PATH"] == "${STREAMLIT_SERVER_BASE_URL_PATH:-}"


def test_the_page_of_this_machine_may_call_inference_from_a_browser() -> None:
    passed = COMPOSE["services"]["inference"]["environment"]["INFERENCE_CORS_ORIGINS"]
    assert split_by_comma(passed)[:2] == (  # type: ignore[index]
        "http://localhost:${FRONTEND_PORT:-8501}",
        "http://127.0.0.1:${FRONTEND_PORT:-8501}",
    )


def test_make_down_stops_the_services_of_every_profile() -> None:
    profiles = {profile for service in COMPOSE["services"].values() for profile in service.get("profiles", [])}
    printed = subprocess.run(["make", "-n", "down"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (down,) = [line for line in printed.splitlines() if line.startswith("docker compose")]
    assert profiles
    assert profiles == set(re.findall(r"--profile (\S+)", down))


@pytest.mark.parametrize("file", [*ROOT.glob("docker-compose*.yml")], ids=lambda file: file.name)
def test_two_projects_share_no_container_no_volume_and_no_network(file: Path) -> None:
    parts = yaml.safe_load(file.read_text().replace("!reset", ""))
    assert [name for name, service in parts["services"].items() if "container_name" in service] == []
    for kind in ("volumes", "networks"):
        assert [name for name, one in parts.get(kind, {}).items() if {"name", "external"} & set(one or {})] == []


def test_nobody_can_sign_in_to_grafana() -> None:
    """It has an account `admin` with the password `admin` unless it is told otherwise."""
    settings = COMPOSE["services"]["grafana"]["environment"]
    assert settings["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert settings["GF_AUTH_BASIC_ENABLED"] == "false"
    assert settings["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"
