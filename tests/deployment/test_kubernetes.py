"""What would be sent to a cluster, checked without one: against Kubernetes' own schemas, and by what ours promises."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from fastapi import FastAPI

from bugle.stack.system import FRONTENDS, HTTP, PROCESSES, SERVICES
from eventkit.http.server import server
from eventkit.settings import ServingSettings
from intake.application.reactions import TOPICS as INTAKE
from reporting import TOPICS as REPORTING
from routing.bootstrap import TOPICS as ROUTING
from supervision.application.reactions import TOPICS as SUPERVISION
from tests.deployment.kubernetes import INFRA, Document, kustomize, one, pods, rendered, written

VERSIONS = ("1.33", "1.37")
NOT_KUBERNETES = ("ScaledObject", "TriggerAuthentication")
HEARD = {"intake": INTAKE, "routing": ROUTING, "supervision": SUPERVISION, "reporting": REPORTING}
PARTITIONS = 12

needs_kustomize = pytest.mark.skipif(
    kustomize() is None, reason="NOT CHECKED: there is no kustomize to render infra/kubernetes; run `make kustomize`"
)


@pytest.fixture(scope="module")
def sent() -> list[Document]:
    return rendered()


def faults(document: Document, version: str) -> list[str]:
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{document['kind']} {document['metadata']['name']}: {error.message}"]
    return []


def indulgences(pod: dict[str, Any]) -> list[str]:
    """What a pod may do that none of ours needs."""
    context = pod.get("securityContext", {})
    found = [] if context.get("runAsNonRoot") and context.get("runAsUser") else ["root"]
    found += [] if context.get("seccompProfile") == {"type": "RuntimeDefault"} else ["any system call"]
    found += [] if pod.get("automountServiceAccountToken") is False else ["the cluster's interface"]
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        held = container.get("securityContext", {})
        found += [] if held.get("readOnlyRootFilesystem") else ["writing"]
        found += [] if held.get("capabilities") == {"drop": ["ALL"]} else ["capabilities"]
        found += [] if held.get("allowPrivilegeEscalation") is False else ["more privileges"]
        found += [] if container.get("resources", {}).get("limits", {}).get("memory") else ["all memory"]
    return found


@pytest.mark.timeout(120)
@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_fit_the_schemas(version: str) -> None:
    assert [fault for of in written() if of["kind"] not in NOT_KUBERNETES for fault in faults(of, version)] == []


@needs_kustomize
@pytest.mark.timeout(120)
@pytest.mark.parametrize("version", VERSIONS)
def test_rendered_objects_fit_the_schemas(sent: list[Document], version: str) -> None:
    assert [fault for of in sent if of["kind"] not in NOT_KUBERNETES for fault in faults(of, version)] == []


@needs_kustomize
def test_misspelt_field_is_found(tmp_path: Path) -> None:
    shutil.copytree(INFRA / "kubernetes", tmp_path / "kubernetes")
    for name in ("kustomization.yaml", "topics.toml", "acl.toml"):
        shutil.copy(INFRA / name, tmp_path)
    patch = tmp_path / "kubernetes/patches/process.yaml"
    patch.write_text(patch.read_text("utf-8").replace("readinessProbe:", "readynessProbe:"), "utf-8")
    found = [fault for of in rendered(tmp_path) if of["kind"] == "Deployment" for fault in faults(of, VERSIONS[-1])]
    assert len(found) == len(PROCESSES) and "readynessProbe" in found[0]


@needs_kustomize
def test_pods_may_do_little(sent: list[Document]) -> None:
    assert {name: found for name, pod in pods(sent).items() if (found := indulgences(pod))} == {}
    lax = copy.deepcopy(pods(sent)["intake-http"])
    del lax["securityContext"]["seccompProfile"], lax["containers"][0]["securityContext"]
    assert indulgences(lax) == ["any system call", "writing", "capabilities", "more privileges"]


@needs_kustomize
@pytest.mark.parametrize("process", PROCESSES)
def test_process_is_asked_for_health(sent: list[Document], process: str) -> None:
    [container] = pods(sent)[process]["containers"]
    assert container["ports"] == [{"name": "health", "containerPort": 8000 if process in HTTP else 9000}]
    for probe, path in (("startupProbe", "/live"), ("livenessProbe", "/live"), ("readinessProbe", "/ready")):
        assert container[probe]["httpGet"] == {"path": path, "port": "health"}
    if process.partition("-")[0] in FRONTENDS:
        assert "initContainers" not in pods(sent)[process], "it has no schema to wait for"
        return
    [schema] = pods(sent)[process]["initContainers"]
    assert (schema["image"], schema["args"][:2]) == (container["image"], ["eventkit.migrate", "--check"])


@needs_kustomize
@pytest.mark.parametrize("process", PROCESSES)
def test_requests_are_still_taken_while_it_ends(sent: list[Document], process: str) -> None:
    """A gateway learns late that a pod ends; what it then still sends is answered, and finished before the kill."""
    [container] = pods(sent)[process]["containers"]
    if process not in HTTP:
        assert "lifecycle" not in container
        return
    settings = ServingSettings(jwks_file="", issuer="", audience="", http_port=0)
    finishing = server(FastAPI(), settings).config.timeout_graceful_shutdown
    waiting = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert finishing and 0 < waiting + finishing < pods(sent)[process]["terminationGracePeriodSeconds"]


@needs_kustomize
def test_secrets_come_by_reference_only(sent: list[Document]) -> None:
    assert [of["metadata"]["name"] for of in sent if of["kind"] == "Secret"] == []
    for of in sent:
        if of["kind"] == "ConfigMap":
            assert not any("PASSWORD" in name or "DATABASE_URL" in name for name in of["data"])
    for name, pod in pods(sent).items():
        variables = [variable for container in pod["containers"] for variable in container["env"]]
        plain = {variable["name"] for variable in variables if "value" in variable}
        assert not any("PASSWORD" in variable or "URL" in variable for variable in plain), name


def test_selectors_find_their_pods() -> None:
    """A service or a budget that selects nothing would go unnoticed until it is needed."""
    labels = [of["spec"]["template"]["metadata"]["labels"] for of in written() if of["kind"] in ("Deployment", "Job")]
    for of in written():
        if of["kind"] == "Deployment":
            assert of["spec"]["selector"]["matchLabels"] == of["spec"]["template"]["metadata"]["labels"]
        if of["kind"] == "Service":
            assert [found for found in labels if of["spec"]["selector"].items() <= found.items()] == [
                {"app.kubernetes.io/name": of["metadata"]["name"], "app.kubernetes.io/component": "http"}
            ]
    budgets = {of["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] for of in written() if _is_budget(of)}
    assert budgets == {*SERVICES, *FRONTENDS}


def _is_budget(of: Document) -> bool:
    return bool(of["kind"] == "PodDisruptionBudget")


@pytest.mark.parametrize("service", SERVICES)
def test_worker_grows_with_its_lag(service: str) -> None:
    """By every topic that it hears, in the group that it joins, and to no more than there are partitions."""
    spec = one(written(), "ScaledObject", f"{service}-worker")["spec"]
    assert spec["scaleTargetRef"] == {"name": f"{service}-worker"}
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (2, PARTITIONS)
    assert sorted(trigger["metadata"]["topic"] for trigger in spec["triggers"]) == sorted(HEARD[service])
    assert {trigger["type"] for trigger in spec["triggers"]} == {"kafka"}
    assert {trigger["metadata"]["consumerGroup"] for trigger in spec["triggers"]} == {service}
    assert {trigger["metadata"]["bootstrapServersFromEnv"] for trigger in spec["triggers"]} == {"BUGLE_KAFKA"}
    assert "replicas" not in one(written(), "Deployment", f"{service}-worker")["spec"]


@pytest.mark.parametrize("service", [*SERVICES, *FRONTENDS])
def test_requests_are_answered_by_several(service: str) -> None:
    spec = one(written(), "HorizontalPodAutoscaler", f"{service}-http")["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"{service}-http"}
    assert spec["minReplicas"] == 2 < spec["maxReplicas"]


def test_nothing_is_reachable_by_default() -> None:
    assert one(written(), "NetworkPolicy", "nothing")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }


def test_spans_may_leave() -> None:
    """From every pod, to where Prometheus is and by OTLP over HTTP, which is what the exporter speaks."""
    spec = one(written(), "NetworkPolicy", "spans")["spec"]
    assert (spec["podSelector"], spec["policyTypes"]) == ({}, ["Egress"])
    [rule] = spec["egress"]
    [scraped] = one(written(), "NetworkPolicy", "metrics")["spec"]["ingress"]
    assert (rule["to"], rule["ports"]) == (scraped["from"], [{"protocol": "TCP", "port": 4318}])
