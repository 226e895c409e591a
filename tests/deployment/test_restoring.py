"""The commands of docs/deploying.md that bring a system back know which services are servers, also of three brokers."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from bugle.stack.home import ROOT

SERVERS = re.compile(r"grep -(v?)E '([^']+)'")


Loader: Any = type("Loader", (yaml.SafeLoader,), {})
Loader.add_multi_constructor("!", lambda loader, suffix, node: None)  # of compose itself; only names and images count


def services(*files: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, of in yaml.load((ROOT / file).read_text("utf-8"), Loader)["services"].items():
            found[name] = found.get(name, {}) | of
    return found


def is_server(of: dict[str, Any]) -> bool:
    image = of.get("image", "") or services("docker-compose.yml")[of["extends"]["service"]]["image"]
    return str(image).startswith(("postgres:", "apache/kafka:"))


@pytest.mark.parametrize(
    "files", [("docker-compose.yml",), ("docker-compose.yml", "infra/scale.yml")], ids=["one broker", "three brokers"]
)
def test_restore_stops_no_server(files: tuple[str, ...]) -> None:
    text = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    section = text[text.index("## Backup and restore") : text.index("## Erasing a person")]
    told = SERVERS.findall(section)
    assert [inverted for inverted, _ in told] == ["", "v"], "one starts the servers, one stops all others"
    assert re.findall(r"\| xargs (?!-r )", section) == [], "with no service named, compose takes all"
    running = {name: of for name, of in services(*files).items() if not of.get("profiles")}
    servers = {name for name, of in running.items() if is_server(of)}
    assert len(servers) == (2 if len(files) == 1 else 4)
    for _, pattern in told:
        assert {name for name in running if re.search(pattern, name)} == servers
