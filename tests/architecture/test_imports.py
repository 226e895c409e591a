"""Each import contract holds, and fails when it is broken."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bugle.stack.home import ROOT
from tests.support.sources import check_imports, copy_sources

# contract → (module that breaks it, what it imports)
VIOLATIONS = {
    "The way down: tools, services, pagekit, eventkit, contracts": [
        ("eventkit/planted.py", "import routing"),
        ("contracts/planted.py", "import eventkit"),
        ("eventkit/planted.py", "import pagekit"),
        ("pagekit/planted.py", "import reporting"),
        ("intake/planted.py", "import bugle"),
    ],
    "Inside a service: entrypoints, bootstrap, adapters, application, domain": [
        ("intake/domain/planted.py", "from intake import application"),
        ("routing/application/planted.py", "from routing import adapters"),
        ("supervision/adapters/planted.py", "from supervision import bootstrap"),
        ("routing/bootstrap.py", "from routing import entrypoints"),
    ],
    "Services and frontends know nothing of each other": [
        ("routing/adapters/planted.py", "import intake"),
        ("reporting/planted.py", "import supervision"),
        ("console/planted.py", "import routing"),
    ],
    "A frontend has no way to data but the services' interfaces": [
        ("console/planted.py", "import sqlalchemy"),
        ("console/pages.py", "from contracts import EVENTS"),
    ],
    "Domains know no library and no infrastructure": [
        ("intake/domain/planted.py", "import sqlalchemy"),
        ("routing/domain/planted.py", "from eventkit import ids"),
        ("supervision/domain/planted.py", "import contracts"),
    ],
    "The command bugle reaches the services over their interfaces only": [
        ("bugle/planted.py", "from intake import domain"),
        ("bugle/verify/planted.py", "import reporting"),
    ],
    "The fold that verifies projections is an implementation of its own": [
        ("bugle/verify/fold.py", "import eventkit.envelope"),
    ],
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_sources(tmp_path_factory.mktemp("sources"))


def test_contracts_hold_as_delivered(sources: Path) -> None:
    result = check_imports(sources)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_violation() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == set(VIOLATIONS)


@pytest.mark.parametrize(
    ("contract", "module", "statement"),
    [(contract, *violation) for contract, planted in VIOLATIONS.items() for violation in planted],
)
def test_planted_import_breaks_contract(sources: Path, contract: str, module: str, statement: str) -> None:
    file = sources / module
    before = file.read_text() if file.exists() else None
    file.write_text(f"{before or ''}\n{statement}\n")
    try:
        result = check_imports(sources)
    finally:
        file.unlink() if before is None else file.write_text(before)
    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout
