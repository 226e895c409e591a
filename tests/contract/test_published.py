"""What is made from the schemas is current, and what is released stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts import asyncapi, listing, loader, released


def test_released_files_never_change() -> None:
    assert released.broken() == []


def test_every_contract_is_listed() -> None:
    assert released.released().keys() == released.present().keys()


def test_changed_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = tmp_path / "events" / "ledgers" / "opened" / "v1.json"
    schema.parent.mkdir(parents=True)
    schema.write_text("{}")
    monkeypatch.setattr(released, "ROOT", tmp_path)
    monkeypatch.setattr(released, "LIST", tmp_path / "released.sha256")
    assert released.main() == 0
    assert released.broken() == []
    schema.write_text('{"title": "changed"}')
    assert released.broken() == ["events/ledgers/opened/v1.json"]
    assert released.main() == 1


def test_asyncapi_document_is_current() -> None:
    assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.to_yaml(asyncapi.document())


def test_asyncapi_refers_to_files_that_exist() -> None:
    for entry in asyncapi.document()["components"]["messages"].values():
        if "schema" in entry["payload"]:
            assert (asyncapi.FILE.parent / entry["payload"]["schema"]["$ref"]).is_file()


def test_list_of_events_is_current() -> None:
    assert listing.FILE.read_text(encoding="utf-8") == listing.markdown()


def test_loader_reads_versions_side_by_side(tmp_path: Path) -> None:
    for version in (1, 2):
        path = tmp_path / "ledgers" / "opened" / f"v{version}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"type": "object"}')
    catalogue = loader.Catalogue(tmp_path)
    assert list(catalogue) == ["bugle.ledgers.opened.v1", "bugle.ledgers.opened.v2"]
    assert catalogue["bugle.ledgers.opened.v2"].version == 2
