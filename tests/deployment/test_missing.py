"""Prometheus, configured as it is shipped, misses a container that was stopped, also one of several."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bugle.stack.home import ROOT
from tests.deployment.named_net import GONE, TWICE
from tests.support.prometheus import needs_prometheus

APART = ("unshare", "--user", "--map-root-user", "--net", "--mount")


def may_be_apart() -> bool:
    """Whether this machine gives us a network of our own."""
    tools = all(map(shutil.which, ("unshare", "ip", "mount")))
    return tools and subprocess.run([*APART, "true"], capture_output=True, check=False).returncode == 0


@needs_prometheus
@pytest.mark.skipif(not may_be_apart(), reason="NOT RUN: this machine allows no network namespace")
@pytest.mark.timeout(400)
def test_stopped_container_is_missed(tmp_path: Path) -> None:
    command = [*APART, sys.executable, "-m", "tests.deployment.named_net", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, [GONE, TWICE]), done.stderr
