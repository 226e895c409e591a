"""The manifests of infra/, read as they stand and as kustomize renders them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from bugle.stack.home import ROOT

INFRA = ROOT / "infra"
Document = dict[str, Any]


def kustomize() -> str | None:
    """The command, where `make kustomize` or the machine has put it."""
    return shutil.which("kustomize", path=str(Path(sys.executable).parent)) or shutil.which("kustomize")


def rendered(folder: Path = INFRA) -> list[Document]:
    """Every object that `kubectl apply -k` would send."""
    command = kustomize()
    assert command is not None
    done = subprocess.run([command, "build", str(folder)], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def written() -> list[Document]:
    """Every object as its file has it, before patches."""
    told = yaml.safe_load((INFRA / "kustomization.yaml").read_text("utf-8"))
    texts = [(INFRA / name).read_text("utf-8") for name in told["resources"]]
    return [document for text in texts for document in yaml.safe_load_all(text)]


def config_names() -> dict[str, set[str]]:
    """The settings in each generated ConfigMap."""
    told = yaml.safe_load((INFRA / "kustomization.yaml").read_text("utf-8"))
    return {
        map["name"]: {literal.partition("=")[0] for literal in map.get("literals", [])}
        for map in told["configMapGenerator"]
    }


def pods(documents: list[Document]) -> dict[str, Document]:
    """The pod specifications of deployments and jobs by name."""
    kinds = ("Deployment", "Job")
    return {of["metadata"]["name"]: of["spec"]["template"]["spec"] for of in documents if of["kind"] in kinds}


def one(documents: list[Document], kind: str, name: str) -> Document:
    """The object of a kind and name."""
    [found] = [of for of in documents if (of["kind"], of["metadata"]["name"]) == (kind, name)]
    return found
