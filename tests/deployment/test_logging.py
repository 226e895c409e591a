"""No container's log fills the disk."""

from __future__ import annotations

import yaml

from bugle.stack.home import ROOT


def test_every_log_is_bounded() -> None:
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    assert "postgres" in told and "prometheus" in told and "intake-migrate" in told
    for name, of in told.items():
        assert of.get("logging", {}).get("driver") == "json-file", name
        assert of["logging"]["options"].keys() == {"max-size", "max-file"}, name
