"""The system as it is deployed: built images under docker compose. Run by `make containers`, which finds a daemon."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bugle import cli
from bugle.importing.command import run_import
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
    files: tuple[str, ...]
    environment: dict[str, str]

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
            ["docker", "compose", "--project-name", self.name, "--env-file", str(self.file)]
            + [f"--file={name}" for name in self.files]
            + list(arguments),
            cwd=ROOT,
            env=os.environ | self.environment | environment,
            text=True,
            capture_output=True,
            check=False,
            timeout=600,
        )

    def keep(self, name: str, value: str) -> None:
        """Write a setting into the project's .env, as an operator does."""
        kept = [line for line in self.file.read_text("utf-8").splitlines() if line.partition("=")[0] != name]
        self.file.write_text("\n".join([*kept, f"{name}={value}"]) + "\n", "utf-8")

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


def bring_in(place: Deployed, programme: str) -> None:
    """A programme with all its ledgers, whole."""
    assert run_import(place, [ROOT / "programmes" / programme], grace=2)


@contextmanager
def meanwhile(place: Deployed, programme: str) -> Iterator[None]:
    """A programme comes in while the block does something else."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(bring_in, place, programme)
        yield
    coming.result()


def _take_down(compose: Compose) -> None:
    """Again when a network still holds a container that has just gone: Docker lets go of it a moment later."""
    down = ("down", "--volumes", "--remove-orphans", "--timeout", "5")
    done = compose.attempt(*down)
    if "has active endpoints" in done.stderr:
        done = compose.attempt(*down)
    assert done.returncode == 0, done.stderr[-4000:]


@contextmanager
def deployed(folder: Path, settings: dict[str, str], *files: str) -> Iterator[Compose]:
    """A project of the compose files with settings beside those of its .env: everything built, up and healthy.

    Taken down with its volumes afterwards.
    """
    folder.chmod(0o755)
    made = CliRunner().invoke(cli.app, ["secrets", "init", "--folder", str(folder)])
    assert made.exit_code == 0, made.output
    file = folder / ".env"
    kept = [line for line in file.read_text("utf-8").splitlines() if line.partition("=")[0] not in settings]
    told = {"BUGLE_SECRETS": str(folder / "secrets"), **settings}
    file.write_text("\n".join([*kept, *(f"{name}={value}" for name, value in settings.items())]) + "\n", "utf-8")
    compose = Compose(f"bugle-test-{secrets.token_hex(4)}", file, files, told)
    try:
        compose.run("up", "--build", "--detach", "--wait")
        yield compose
    finally:
        _take_down(compose)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """The system as the compose file has it."""
    with deployed(tmp_path_factory.mktemp("deployed"), {}, "docker-compose.yml") as compose:
        yield compose
