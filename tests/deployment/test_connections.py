"""What all processes of a service may connect to its database stays below what its role and the server allow."""

from __future__ import annotations

import inspect
import re

import pytest
import yaml

from bugle.stack.home import ROOT
from bugle.stack.system import SERVICES
from eventkit.postgres import PostgresStore, make_engine
from reporting.rebuild.running import PROCESSES
from supervision.config import NotifierSettings
from tests.deployment.kubernetes import INFRA, Document, written

RESERVED = 3
"""What PostgreSQL keeps for superusers."""
SCRIPT = (INFRA / "postgres" / "10_databases.sh").read_text("utf-8")


def asked(source: str) -> int:
    """The pool that a process's source asks for."""
    [found] = re.findall(r"make_engine\(.*pool=(\d+)\)", (ROOT / source).read_text("utf-8"))
    return int(found)


STORE = inspect.signature(PostgresStore.at).parameters["pool"].default
POOLS = {
    "relay": asked("libs/eventkit/src/eventkit/relay.py"),
    "worker": STORE,
    "sweeper": STORE,
    "notifier": NotifierSettings(database_url="", metrics_port=0).at_once + 1,
    "scheduler": asked("services/reporting/src/reporting/entrypoints/scheduler.py"),
}
"""The pools that processes ask for; http takes what the manifests say."""


def limit(role: str) -> int:
    """What the script that makes the databases allows a service's role, or its owner."""
    [found] = re.findall(rf'CREATE ROLE :"{role}" LOGIN CONNECTION LIMIT (\d+)', SCRIPT)
    return int(found)


def pool_of_http() -> int:
    told = yaml.safe_load((INFRA / "kustomization.yaml").read_text("utf-8"))["configMapGenerator"]
    [literals] = [map["literals"] for map in told if map["name"] == "pool"]
    return int(literals[0].removeprefix("BUGLE_DATABASE_POOL="))


def most(documents: list[Document], name: str) -> int:
    """How many pods of a deployment may run: as many as scale, and those that take the place of others."""
    held = {(of["kind"], of["metadata"]["name"]): of.get("spec", {}) for of in documents}
    patch = yaml.safe_load((INFRA / "kubernetes/patches/process.yaml").read_text("utf-8"))
    surge: int = patch["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    scaled = held.get(("HorizontalPodAutoscaler", name), {}).get("maxReplicas")
    fed = held.get(("ScaledObject", name), {}).get("maxReplicaCount")
    return surge + int(scaled or fed or held["Deployment", name]["replicas"])


def connections(service: str, pools: dict[str, int]) -> int:
    """The most of a service, while all of its deployments are replaced at once."""
    documents = written()
    names = [of["metadata"]["name"] for of in documents if of["kind"] == "Deployment"]
    mine = [name.partition("-")[2] for name in names if name.startswith(f"{service}-")]
    assert {"http", "relay" if service != "reporting" else "scheduler", "worker"} <= set(mine)
    return sum(most(documents, f"{service}-{process}") * pools[process] for process in mine)


@pytest.mark.parametrize("service", SERVICES)
def test_processes_fit_their_role(service: str) -> None:
    assert connections(service, POOLS | {"http": pool_of_http()}) <= limit("name")


def test_too_large_a_pool_is_found() -> None:
    default = inspect.signature(make_engine).parameters["pool"].default
    assert connections("supervision", POOLS | {"http": default}) > limit("name")


def test_rebuild_fits_the_owner() -> None:
    """Its own pool, and in each of its processes a session that copies and one that describes."""
    folder = ROOT / "services" / "reporting" / "src" / "reporting" / "rebuild"
    [pool] = re.findall(r"make_engine\(.*pool=(\d+)", (folder / "running.py").read_text("utf-8"))
    each = re.findall(r"psycopg\.connect\(|make_engine\(.*pool=1\)", (folder / "loading.py").read_text("utf-8"))
    assert len(each) == 2
    assert int(pool) + PROCESSES * len(each) < limit("owner"), "and one for a migration or a dump"


def test_roles_fit_their_server() -> None:
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["postgres"]["command"]
    [server] = [int(word.partition("=")[2]) for word in told if word.startswith("max_connections=")]
    assert len(SERVICES) * (limit("name") + limit("owner")) + RESERVED <= server
