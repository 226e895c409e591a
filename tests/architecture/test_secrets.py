"""No file that is kept holds a secret."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

from bugle.stack.home import ROOT

# digests are no secrets
_LOCKS = {".lock", ".sha256"}
# what tells itself by its form; a name or a high entropy alone does not
_FORMS = ("PrivateKeyDetector", "BasicAuthDetector", "JwtTokenDetector", "AWSKeyDetector", "GitHubTokenDetector")
# in addresses that show where a password stands, or put one in
_EXAMPLES = {"password", "pass", "p", "hidden"}


def secrets_in(files: Iterable[Path]) -> list[tuple[str, str, int]]:
    """What looks like a secret: file, kind, line."""
    with transient_settings({"plugins_used": [{"name": name} for name in _FORMS], "filters_used": []}):
        return [
            (file.name, found.type, found.line_number)
            for file in files
            for found in scan_file(str(file))
            if not (found.secret_value in _EXAMPLES or "{" in (found.secret_value or ""))
        ]


@pytest.mark.timeout(120)
def test_kept_files_hold_none() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listed.split("\0") if name and Path(name).suffix not in _LOCKS]
    assert len(files) > 1_000
    assert secrets_in(file for file in files if file.is_file()) == []


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("Private Key", "-----BEGIN {} PRIVATE KEY-----".format("EC")),
        ("Basic Auth Credentials", "address = 'https://clerk:{}@office.example'".format("k7Tz")),
        ("GitHub Token", "token = 'ghp_{}'".format("a1B2" * 9)),
    ],
)
def test_planted_secret_is_found(tmp_path: Path, kind: str, line: str) -> None:
    planted = tmp_path / "settings.py"
    planted.write_text(f"first = 1\n{line}\n")
    assert secrets_in([planted]) == [("settings.py", kind, 2)]
