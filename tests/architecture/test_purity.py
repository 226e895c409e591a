"""Domains use the standard library only, and nothing of it that depends on when or where they run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.purity import impurities
from tests.support.sources import DOMAINS, source_of

MODULES = [
    pytest.param(package, file, id=f"{package}-{file.stem}")
    for package in DOMAINS
    for file in sorted((source_of(package) / "domain").rglob("*.py"))
]

PLANTED = [
    "import random",
    "import os\nhome = os.environ['HOME']",
    "from os import environ",
    "import time\nseen = time.time()",
    "from datetime import datetime\nseen = datetime.now()",
    "import datetime\nseen = datetime.datetime.utcnow()",
    "from datetime import date\nseen = date.today()",
    "import uuid\nmade = uuid.uuid4()",
    "from uuid import uuid4",
    "from uuid import uuid4 as make",
    "from datetime import datetime\nclock = datetime.now",
    "import sqlalchemy",
    "from eventkit.ids import uid",
    "from intake import adapters",
    "from intake.adapters import messages",
    "text = open('ledger.csv')",
]


@pytest.mark.parametrize(("package", "file"), MODULES)
def test_domain_module_is_pure(package: str, file: Path) -> None:
    assert impurities(file.read_text(), package) == []


@pytest.mark.parametrize("violation", PLANTED)
def test_planted_impurity_is_found(violation: str) -> None:
    module = (source_of("intake") / "domain" / "errors.py").read_text()
    assert impurities(f"{module}\n{violation}\n", "intake") != []


def test_every_service_has_domain() -> None:
    assert {parameters.values[0] for parameters in MODULES} == set(DOMAINS)


def test_relative_import_is_refused() -> None:
    assert all(
        node.level == 0
        for parameters in MODULES
        for node in ast.walk(ast.parse(Path(str(parameters.values[1])).read_text()))
        if isinstance(node, ast.ImportFrom)
    )
