"""Each service has a version of its own, kept in .env: a later `docker compose up` puts no other image in its place."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bugle.deployed.command import settings
from bugle.stack.home import ROOT
from bugle.stack.system import FRONTENDS, SERVICES

IMAGES = (*SERVICES, *FRONTENDS)


def has_compose() -> bool:
    """Whether the plugin is there, which needs no daemon to read the file."""
    asked = ["docker", "compose", "version"]
    return (
        shutil.which("docker") is not None and subprocess.run(asked, capture_output=True, check=False).returncode == 0
    )


def images(folder: Path, **versions: str) -> dict[str, set[str]]:
    """Which tags of each of our images the compose file takes with these settings in .env."""
    file = folder / ".env"
    file.write_text("\n".join(f"{name}={value}" for name, value in (settings(1000) | versions).items()), "utf-8")
    command = ["docker", "compose", "--env-file", str(file), "config", "--format", "json"]
    told = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True)
    named = [of.get("image", "").partition(":") for of in json.loads(told.stdout)["services"].values()]
    return {image: {tag for name, _, tag in named if name == f"bugle/{image}"} for image in IMAGES}


@pytest.mark.skipif(not has_compose(), reason="NOT RUN: there is no docker compose here")
def test_one_service_goes_to_a_version(tmp_path: Path) -> None:
    assert images(tmp_path) == {image: {"latest"} for image in IMAGES}
    all_but_one = {image: {"1.0"} for image in IMAGES}
    found = images(tmp_path, BUGLE_VERSION="1.0", BUGLE_ROUTING_VERSION="1.1")
    assert found == all_but_one | {"routing": {"1.1"}}


def test_every_image_is_named_by_its_own_version() -> None:
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"].values()
    named = {of["image"] for of in told if of.get("image", "").startswith("bugle/")}
    assert named == {f"bugle/{x}:${{BUGLE_{x.upper()}_VERSION:-${{BUGLE_VERSION:-latest}}}}" for x in IMAGES}
