"""The source trees of all packages, and copies of them to plant violations in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bugle.stack.home import ROOT

PACKAGES = {
    "contracts": "contracts",
    "eventkit": "libs/eventkit",
    "pagekit": "libs/pagekit",
    "intake": "services/intake",
    "routing": "services/routing",
    "supervision": "services/supervision",
    "reporting": "services/reporting",
    "console": "frontends/console",
    "bugle": "infra",
    "bench": "bench",
}
DOMAINS = ("intake", "routing", "supervision")


def source_of(package: str) -> Path:
    """The folder of an import package, or of one within it."""
    return ROOT / PACKAGES[package.split(".")[0]] / "src" / package.replace(".", "/")


def copy_sources(target: Path) -> Path:
    """All packages side by side in the folder, with the settings of the import contracts."""
    for package in PACKAGES:
        shutil.copytree(source_of(package), target / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def check_imports(sources: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over a copy."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = os.environ | {"PYTHONPATH": str(sources), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=sources, env=environment, text=True, capture_output=True, check=False)
