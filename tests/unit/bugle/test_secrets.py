"""What `bugle secrets` makes, and what it adds to a system of an older version."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bugle import cli
from bugle.stack.certificates import BROKER, NAMES, Certificates
from bugle.stack.home import ROOT
from bugle.stack.place import Deployed, read_deployed
from eventkit.access import clients


@pytest.fixture
def made(tmp_path: Path) -> Deployed:
    run("init", tmp_path)
    return read_deployed(tmp_path / ".env")


def run(command: str, folder: Path) -> str:
    result = CliRunner().invoke(cli.app, ["secrets", command, "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    return result.output


def test_foreign_container_reads_no_folder(made: Deployed) -> None:
    """The broker's key may be read by its container's account: on the host its folder keeps everybody else out."""
    certificates = Certificates(made.home)
    assert oct(certificates.ca_file.parent.stat().st_mode & 0o777) == "0o700"
    assert oct((certificates.ca_file.parent / "ca.key").stat().st_mode & 0o777) == "0o600"
    assert oct(made.file.stat().st_mode & 0o777) == "0o600"


def test_operator_may_come_in(made: Deployed) -> None:
    options = clients(made.kafka_access)
    assert (options["security_protocol"], options["sasl_plain_username"]) == ("SASL_SSL", "operator")


def test_renewing_names_every_broker(made: Deployed, tmp_path: Path) -> None:
    """Of three each has the certificate: one that is not made anew comes to a stop when the old one ends."""
    told = run("renew", tmp_path)
    docs = (ROOT / "docs" / "deploying.md").read_text("utf-8").splitlines()
    [row] = [line for line in docs if line.startswith("| renew Kafka's certificates")]
    for text in (told, row):
        assert set(re.findall(r"\bkafka(?:-\d)?\b", text)) == set(NAMES) - {"localhost"}


def test_renewing_adds_what_is_missing(made: Deployed, tmp_path: Path) -> None:
    """A file from before Kafka had users; what it held stays, and the certificates are other ones."""
    before = [line for line in made.file.read_text().splitlines() if "KAFKA_PASSWORD" not in line]
    made.file.write_text("\n".join(before))
    broker = Certificates(made.home).file(BROKER).read_bytes()
    authority = Certificates(made.home).ca_file.read_bytes()
    said = run("renew", tmp_path)
    after = made.file.read_text().splitlines()
    assert after[: len(before)] == before and len(after) == len(before) + 6
    assert "BUGLE_OPERATOR_KAFKA_PASSWORD" in said
    assert Certificates(made.home).file(BROKER).read_bytes() != broker
    assert Certificates(made.home).ca_file.read_bytes() == authority
    assert os.stat(made.file).st_mode & 0o777 == 0o600
