"""The system as it is deployed: built images under docker compose. Run by `make containers`, which finds a daemon."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bugle import cli
from bugle.stack.home import ROOT
from bugle.stack.place import Deployed, read_deployed

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a daemon nothing here can run, and the run says so."""
    if "BUGLE_CONTAINERS" not in os.environ:
        skip = pytest.mark.skip(reason="needs a Docker daemon: run `make containers`")
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(skip)


@dataclass(frozen=True, slots=True)
class Compose:
    """A project of its own, with the settings of a file of its own."""

    name: str
    file: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Deployed:
        """Where its services answer."""
        return read_deployed(self.file)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`docker compose …`; fails with what it said."""
        done = self.attempt(*arguments, **environment)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done

    def attempt(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`docker compose …`, whatever comes of it."""
        return subprocess.run(
            ["docker", "compose", "--project-name", self.name, "--env-file", str(self.file), *arguments],
            cwd=ROOT,
            env=os.environ | self.environment | environment,
            text=True,
            capture_output=True,
            check=False,
            timeout=600,
        )

    def containers(self, service: str) -> list[str]:
        """The ids of a service's containers."""
        return self.run("ps", "--quiet", service).stdout.split()


def docker(*arguments: str) -> str:
    """`docker …`; what it printed."""
    return subprocess.run(["docker", *arguments], text=True, capture_output=True, check=True).stdout


def healthy(container: str) -> bool:
    """Whether the container's health check says so."""
    [told] = json.loads(docker("inspect", container))
    return bool(told["State"]["Health"]["Status"] == "healthy")


def bugle(compose: Compose, *arguments: str) -> str:
    """`bugle … --against` the project; what it printed."""
    result = CliRunner().invoke(cli.app, [*arguments, "--against", str(compose.file)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """Everything built, up and healthy; taken down with its volumes afterwards."""
    folder = tmp_path_factory.mktemp("deployed")
    folder.chmod(0o755)
    made = CliRunner().invoke(cli.app, ["secrets", "init", "--folder", str(folder)])
    assert made.exit_code == 0, made.output
    environment = {"BUGLE_SECRETS": str(folder / "secrets")}
    compose = Compose(f"bugle-test-{secrets.token_hex(4)}", folder / ".env", environment)
    try:
        compose.run("up", "--build", "--detach", "--wait")
        yield compose
    finally:
        compose.run("down", "--volumes", "--remove-orphans", "--timeout", "5")
        shutil.rmtree(folder)
