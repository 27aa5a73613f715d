"""The manifests of infra/kubernetes agree with the code that runs in the pods, the images and docker-compose.yml.

`make check-kubernetes` renders them and compares them with the schemas of Kubernetes; this needs neither.
"""

import re
import typing
from importlib import import_module
from itertools import pairwise, product

import pytest
import yaml
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.frontend import upload_room
from services.frontend.conversion.__main__ import MORE_BYTES
from services.frontend.saving.outbox import MAX_BYTES
from services.frontend.views.photo.kept_pages import MAX_KEPT_BYTES
from services.inference.http.routes import router as inference_routes
from services.inference.lanes.load import Load
from services.inference.metrics import Metrics
from services.storage.lanes import LANES
from services.storage.routes.health import router as storage_routes
from shared.secret_files import FOLDER
from shared.web.metrics import METRICS
from shared.web.open_paths import OPEN_PATHS
from shared.web.settings import GRACEFUL_S
from tests.manifests import (
    KUBERNETES,
    ROOT,
    WRITTEN,
    Resource,
    find,
    read_container,
    read_patch,
    read_resources,
    read_settings,
    read_workloads,
)

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
REFINE = yaml.safe_load((ROOT / "docker-compose.refine.yml").read_text())["services"]["refine"]
SERVICES = ("inference", "storage", "frontend")
IMAGES = {"migrate": "storage", "refine": "training"}  # pods whose image has another name
# Two services have the same secret under names of their own.
SHARED_SECRETS = {"INFERENCE_PROMOTION_KEY": "STORAGE_PROMOTION_KEY", "FRONTEND_STORAGE_TOKEN": "STORAGE_PAGE_TOKEN"}
A_URL = "postgresql://slate_service:password@slate-database-rw:5432/slate"
A_SECRET = "0123456789abcdef"
SPARE_S = 10  # of the grace period, for a busy node
DATABASE_OWN = 10  # connections that PostgreSQL and CloudNativePG keep for themselves
MIB = 1024 * 1024
AT_WORK_BYTES = 442 * MIB  # the frontend while 8 visitors upload pictures of 16 megapixels at once (docs/fairness.md)
CONVERTER_BYTES = 40 * MIB  # its process before it has a file, which is 33 MiB, and a little more
SPARE_MEMORY = 0.1  # of a limit
GUIDE = (ROOT / "docs" / "kubernetes.md").read_text()


def settings_of(service: str) -> typing.Any:
    return import_module(f"services.{service}.settings").Settings


def variables_of(service: str) -> set[str]:
    settings = settings_of(service)
    return {f"{settings.model_config['env_prefix']}{field}".upper() for field in settings.model_fields}


def dockerfile_of(name: str) -> str:
    image = IMAGES.get(name, name)
    return (ROOT / ("training" if image == "training" else f"services/{image}") / "Dockerfile").read_text()


def secrets_of(name: str) -> dict[str, tuple[str, str]]:
    """Variable whose value a file holds → (secret, key)."""
    (volume,) = [each for each in read_workloads()[name]["spec"]["volumes"] if each["name"] == "secrets"]
    sources = [source["secret"] for source in volume["projected"]["sources"]]
    return {each["path"].upper(): (source["name"], each["key"]) for source in sources for each in source["items"]}


def read_learning_pod() -> typing.Any:
    """What the models on a shared volume change in the pod of inference."""
    return read_patch("components/learning/inference.yaml")["spec"]["template"]["spec"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_listens_where_its_service_its_image_and_the_network_rules_say(service: str) -> None:
    port = settings_of(service).model_fields["port"].default
    assert read_container(service)["ports"] == [{"name": "http", "containerPort": port}]
    assert find("Service", service)["spec"]["ports"] == [{"name": "http", "port": port, "targetPort": "http"}]
    assert f"EXPOSE {port}" in dockerfile_of(service)
    assert {rule["port"] for each in find("NetworkPolicy", service)["spec"]["ingress"] for rule in each["ports"]} == {
        port
    }
    assert read_workloads()[service]["metadata"]["annotations"] == {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(port),
        "prometheus.io/path": METRICS,
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_probe_asks_a_path_that_the_service_answers_without_a_key(service: str) -> None:
    container = read_container(service)
    paths = {container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {"/healthz", "/readyz"}
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert paths <= OPEN_PATHS
    if service == "frontend":
        source = (ROOT / "services/frontend/__main__.py").read_text()
        assert paths == {path for path in paths if f'Route("{path}"' in source}
    else:
        routes = inference_routes if service == "inference" else storage_routes
        assert paths <= {route.path for route in routes.routes}  # type: ignore[attr-defined]


@pytest.mark.parametrize("overlay", ["cpu", "dev"])
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_with_the_settings_of_its_pod(
    service: str, overlay: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = read_settings(service, "base", f"overlays/{overlay}")
    variables |= dict.fromkeys(secrets_of(service), A_SECRET) | (
        {"STORAGE_DATABASE_URL": A_URL} if service == "storage" else {}
    )
    keys = {"INFERENCE_API_KEYS", "INFERENCE_OPENAI_API_KEY"} & variables.keys()  # optional, and in forms of their own
    assert variables.keys() - variables_of(service) == set(), "No code reads these variables."
    for variable in variables.keys() - keys:
        monkeypatch.setenv(variable, variables[variable])
    settings = settings_of(service)()
    host = COMPOSE[service]["environment"].get("FRONTEND_INFERENCE_URL")
    if host:
        assert (settings.inference_url, settings.storage_url) == (host, "http://storage:8002")


@pytest.mark.parametrize("service", SERVICES)
def test_every_secret_of_a_service_comes_from_a_secret_whose_key_has_its_name(service: str) -> None:
    settings, prefix = settings_of(service), settings_of(service).model_config["env_prefix"]
    fields = {name for name, field in settings.model_fields.items() if SecretStr in arguments_of(field.annotation)}
    wanted = {f"{prefix}{name}".upper() for name in fields | ({"api_keys"} & settings.model_fields.keys())}
    given = secrets_of(service)
    assert given.keys() == wanted
    for folder in ("base", "overlays/cpu", "overlays/dev", "components/learning"):
        assert wanted & read_settings(service, folder).keys() == set(), "A secret is no setting for a file."
    for variable, (secret, key) in given.items():
        if variable != "STORAGE_DATABASE_URL":
            assert secret == "slate-secrets"
            assert key == SHARED_SECRETS.get(variable, variable)
            assert f"`{key}`" in GUIDE


def arguments_of(annotation: object) -> set[object]:
    """The type with all types in it."""
    return {annotation}.union(*(arguments_of(inner) for inner in typing.get_args(annotation)))


@pytest.mark.parametrize("name", ["inference", "storage", "frontend", "migrate", "refine"])
def test_secrets_are_files_where_the_settings_look_for_them(name: str) -> None:
    container = read_container(name)
    (folder,) = [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "secrets"]
    assert folder == str(FOLDER)
    assert "env" not in container or name == "refine"  # it has one setting of inference, which is no secret
    assert read_workloads()[name]["spec"]["securityContext"]["fsGroup"] == 10001  # the group that may read the files


def test_storage_has_the_role_that_may_change_rows_and_the_migrations_have_the_owner() -> None:
    cluster = find("Cluster", "slate-database")["spec"]
    (role,) = cluster["managed"]["roles"]
    assert secrets_of("migrate")["STORAGE_DATABASE_URL"] == ("slate-database-app", "uri")
    assert secrets_of("storage")["STORAGE_DATABASE_URL"] == (role["passwordSecret"]["name"], "uri")
    url = f"postgresql://{role['name']}:%s@slate-database-rw:5432/{cluster['bootstrap']['initdb']['database']}"
    assert f"uri={url}" in GUIDE
    assert f"CREATE ROLE {role['name']} LOGIN" in cluster["bootstrap"]["initdb"]["postInitSQL"]
    queries = (ROOT / "services/storage/queries/rights.py").read_text()
    assert f"rolname = '{role['name']}'" in queries


def test_the_database_is_of_the_same_major_version_and_locale_as_with_make_up() -> None:
    spec = find("Cluster", "slate-database")["spec"]
    start = (ROOT / "infra/postgres/start.sh").read_text()
    major = re.search(r"pginstall(\d+)", (ROOT / "infra/postgres/Dockerfile").read_text())
    assert major is not None
    assert re.search(r":(\d+)", spec["imageName"])[1] == major[1]  # type: ignore[index]
    initdb = spec["bootstrap"]["initdb"]
    assert f"--encoding={initdb['encoding']}" in start
    assert f"--locale-provider={initdb['localeProvider']} --builtin-locale={initdb['builtinLocale']}" in start


def test_postgresql_has_connections_for_every_pod_of_storage_during_a_roll_out() -> None:
    storage = find("Deployment", "storage")["spec"]
    pods = storage["replicas"] + storage["strategy"]["rollingUpdate"]["maxSurge"]
    allowed = int(find("Cluster", "slate-database")["spec"]["postgresql"]["parameters"]["max_connections"])
    assert pods * sum(lane.connections for lane in LANES) + DATABASE_OWN <= allowed


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_has_time_to_drain_and_to_answer_what_it_has(service: str) -> None:
    drain_s = float(read_settings(service, "base")[f"{service}_DRAIN_S".upper()])
    grace_s = read_workloads()[service]["spec"]["terminationGracePeriodSeconds"]
    probe = read_container(service)["readinessProbe"]
    assert drain_s >= probe["periodSeconds"]
    assert grace_s >= drain_s + GRACEFUL_S + SPARE_S


@pytest.mark.parametrize("name", ["inference", "storage", "frontend", "migrate", "refine"])
def test_a_pod_has_no_rights_that_it_does_not_need(name: str) -> None:
    spec, container = read_workloads()[name]["spec"], read_container(name)
    uid = re.search(r"--uid (\d+)", dockerfile_of(name))
    assert uid is not None
    assert spec["securityContext"]["runAsUser"] == int(uid[1])
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    for each in [
        container,
        *read_patch("components/learning/inference.yaml")["spec"]["template"]["spec"]["initContainers"],
    ]:
        assert each["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert each["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in each["resources"]["limits"]


@pytest.mark.parametrize("name", ["inference", "storage", "frontend", "migrate", "refine"])
def test_kubernetes_sets_no_variable_that_a_service_would_take_for_a_setting(name: str) -> None:
    """For a service `storage` it would set STORAGE_PORT=tcp://10.0.0.1:8002."""
    assert read_workloads()[name]["spec"]["enableServiceLinks"] is False


def test_what_is_kept_is_on_the_volumes_that_the_images_and_docker_compose_have() -> None:
    folder = read_settings("frontend", "base")["FRONTEND_DATA_DIR"]
    frontend = {mount["name"]: mount["mountPath"] for mount in read_container("frontend")["volumeMounts"]}
    (claim,) = find("StatefulSet", "frontend")["spec"]["volumeClaimTemplates"]
    assert frontend[claim["metadata"]["name"]] == folder
    assert f"outbox:{folder}" in COMPOSE["frontend"]["volumes"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert find("StatefulSet", "frontend")["spec"]["persistentVolumeClaimRetentionPolicy"] == {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    }
    refine = {f"{mount['name']}:{mount['mountPath']}" for mount in read_container("refine")["volumeMounts"]}
    assert set(REFINE["volumes"]) <= refine
    (models,) = [
        mount["mountPath"] for container in read_learning_pod()["containers"] for mount in container["volumeMounts"]
    ]
    assert f"INFERENCE_MODELS_DIR={models}" in dockerfile_of("inference")
    assert read_settings("refine", "components/learning")["TRAINING_MODELS_DIR"] == models


def test_the_refinement_is_the_command_of_docker_compose_once() -> None:
    command, composed = read_container("refine")["command"][2], REFINE["command"][2]
    assert command.startswith("python -m training.data.mnist; exec python -m training.refine.nightly --once ")
    assert composed.startswith("python -m training.data.mnist; exec python -m training.refine.nightly ")
    assert secrets_of("refine") == {"STORAGE_TOKEN": ("slate-secrets", "STORAGE_TOKEN")}
    assert read_settings("refine", "components/learning")["TRAINING_STORAGE_URL"] == "http://storage:8002"


def test_the_refinement_spares_the_version_that_the_settings_of_inference_name() -> None:
    """The only variable of a pod that comes from the settings of another one, which may lack it."""
    (variable,) = read_container("refine")["env"]
    assert variable["name"] in REFINE["environment"]
    assert variable["name"] in variables_of("inference")
    assert variable["valueFrom"] == {
        "configMapKeyRef": {"name": "inference", "key": variable["name"], "optional": True},
    }


def test_what_the_frontend_may_hold_fits_into_the_memory_of_its_pod() -> None:
    """Otherwise one visitor could end it. The kept pages count for the uploads, and must leave room for others."""
    rooms = upload_room.ALL_BYTES + MORE_BYTES + MAX_BYTES
    limit = read_container("frontend")["resources"]["limits"]["memory"]
    assert rooms + AT_WORK_BYTES + CONVERTER_BYTES <= (1 - SPARE_MEMORY) * int(limit.removesuffix("Mi")) * MIB
    assert MAX_KEPT_BYTES <= upload_room.ALL_BYTES / 2


def test_the_jobs_that_the_alerts_name_are_the_names_of_the_pods() -> None:
    alerts = (ROOT / "infra" / "observability" / "alerts.yml").read_text()
    assert set(re.findall(r'job="(\w+)"', alerts)) == set(SERVICES)
    assert {read_workloads()[name]["metadata"]["labels"]["app.kubernetes.io/name"] for name in SERVICES} == set(
        SERVICES
    )
    (job,) = next(each["scrape_configs"] for each in blocks_of_guide() if "scrape_configs" in each)
    rules = job["relabel_configs"]
    assert {"source_labels": ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], "target_label": "job"} in rules


def test_a_restored_cluster_takes_the_place_of_the_first_one_with_what_the_guide_says() -> None:
    (restored,) = [each for each in blocks_of_guide() if "bootstrap" in each]
    first = find("Cluster", "slate-database")
    initdb, recovery = first["spec"]["bootstrap"]["initdb"], restored["bootstrap"]["recovery"]
    assert (recovery["database"], recovery["owner"]) == (initdb["database"], initdb["owner"])
    (source,) = [each["plugin"] for each in restored["externalClusters"] if each["name"] == recovery["source"]]
    store = find("ObjectStore", source["parameters"]["barmanObjectName"])["metadata"]["name"]
    assert source["parameters"] == {"barmanObjectName": store, "serverName": first["metadata"]["name"]}
    naming = {
        f"{folder}/{path.name}"
        for folder in WRITTEN
        for path in (KUBERNETES / folder).glob("*.yaml")
        if re.search(r"slate-database(?!-service)", path.read_text())
    }
    assert naming == set(re.findall(r"^\| `((?:base|components)/[^`]*)`", GUIDE, re.MULTILINE))


def blocks_of_guide() -> list[typing.Any]:
    """What the YAML in the guide contains."""
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)]


def test_the_commands_of_the_guide_name_what_there_is() -> None:
    """`kubectl rollout restart deployment statefulset` would look for a deployment with the name `statefulset`."""
    names = {f"{each['kind'].lower()}/{each['metadata']['name']}" for each in read_resources()} | {
        f"service/{find('Cluster', 'slate-database')['metadata']['name']}-rw"  # CloudNativePG makes it
    }
    kinds = {name.split("/")[0] for name in names}
    words = [line.split() for line in re.findall(r"kubectl (--namespace slate .*?)(?:`|$)", GUIDE, re.MULTILINE)]
    assert {word for line in words for word in line if word.split("/")[0] in kinds and "/" in word} <= names
    assert [line for line in words for kind, after in pairwise(line) if kind in kinds and after in kinds] == []


def test_the_selectors_of_the_guide_name_labels_that_there_are() -> None:
    labels = {each["metadata"].get("labels", {}).get("app.kubernetes.io/name") for each in read_resources()}
    named = re.findall(r"'app\.kubernetes\.io/name!=(\w+)'", GUIDE)
    assert named == ["frontend", "storage"]
    assert labels.issuperset(named)


def test_pods_are_added_by_a_metric_that_inference_has() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    load = Load("short_lane", 0.05, 128, on_change=metrics.waiting.labels("short_lane").inc)
    load.add("a caller", 3)
    (added,) = yaml.safe_load((KUBERNETES / "components/queue/autoscaling.yaml").read_text())
    metric = added["value"]["pods"]["metric"]
    assert registry.get_sample_value(metric["name"], metric["selector"]["matchLabels"]) == 3


def test_only_the_versions_of_the_api_are_published_of_inference_and_nothing_of_storage() -> None:
    (rule,) = find("Ingress", "slate")["spec"]["rules"]
    paths = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert paths == {"/api/v1": "inference", "/": "frontend"}
    assert read_settings("inference", "overlays/cpu")["INFERENCE_ROOT_PATH"] == "/api"


@pytest.mark.parametrize("database", ["slate-database", "slate-database-2"])
def test_pods_may_open_the_connections_that_they_need_and_no_others(database: str) -> None:
    """A Cluster that is restored from a backup has another name."""
    pods = {name: pod["metadata"]["labels"] for name, pod in read_workloads().items()}
    pods["database"] = {"cnpg.io/cluster": database}
    allowed = {
        (source, target, port)
        for source, target, port in product(pods, pods, (5432, 8000, 8001, 8002, 8501))
        if allows("egress", "to", pods[source], pods[target], port)
        and allows("ingress", "from", pods[target], pods[source], port)
    }
    assert allowed == {
        ("frontend", "inference", 8001),
        ("frontend", "storage", 8002),
        ("refine", "storage", 8002),
        ("storage", "database", 5432),
        ("migrate", "database", 5432),
        ("database", "database", 5432),
        ("database", "database", 8000),
    }


def allows(direction: str, peers: str, pod: dict[str, str], other: dict[str, str], port: int) -> bool:
    """Whether the network rules of a pod let it connect with another pod of the namespace."""
    policies = [each["spec"] for each in read_resources() if each["kind"] == "NetworkPolicy"]
    chosen = [each for each in policies if is_chosen(each["podSelector"], pod)]
    assert any(direction.title() in each["policyTypes"] for each in chosen), "No rule denies by default."
    return any(
        port in {each["port"] for each in rule["ports"]}
        and any(is_chosen(peer["podSelector"], other) for peer in rule.get(peers, []) if "podSelector" in peer)
        for policy in chosen
        for rule in policy.get(direction, [])
    )


def is_chosen(selector: Resource, labels: dict[str, str]) -> bool:
    expressions = selector.get("matchExpressions", [])
    assert {each["operator"] for each in expressions} <= {"Exists", "In"}
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        each["key"] in labels and labels[each["key"]] in each.get("values", [labels[each["key"]]])
        for each in expressions
    )


@pytest.mark.parametrize(
    ("direction", "peers", "pod", "namespace", "port"),
    [
        *[("egress", "to", name, "slate/tracing", 4318) for name in SERVICES],
        *[("ingress", "from", name, "slate/monitoring", None) for name in SERVICES],
        ("ingress", "from", "frontend", "slate/ingress", 8501),
        ("ingress", "from", "inference", "slate/ingress", 8001),
        ("ingress", "from", "solver", "slate/ingress", 8089),
    ],
)
def test_labels_of_namespaces_open_the_ways_that_the_guide_describes(
    direction: str, peers: str, pod: str, namespace: str, port: int | None
) -> None:
    labels = {"acme.cert-manager.io/http01-solver": "true"}
    labels = labels if pod == "solver" else read_workloads()[pod]["metadata"]["labels"]
    peer = {"namespaceSelector": {"matchLabels": {namespace: "allowed"}}}
    rules = [
        rule
        for each in read_resources()
        if each["kind"] == "NetworkPolicy" and is_chosen(each["spec"]["podSelector"], labels)
        for rule in each["spec"].get(direction, [])
        if peer in rule.get(peers, [])
    ]
    ports = {each["port"] for rule in rules for each in rule["ports"]}
    assert ports == {port or settings_of(pod).model_fields["port"].default}
    assert f"`{namespace}" in GUIDE or f"{namespace}=allowed" in GUIDE
