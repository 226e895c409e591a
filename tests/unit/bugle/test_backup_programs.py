"""What PostgreSQL's programs are told, and what everybody on the machine may read of it."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import quote

import pytest

from bugle.backup import programs
from bugle.stack.errors import StackError

PASSWORD = "p@ss"
URL = f"postgresql://bugle_intake_owner:{quote(PASSWORD, safe='')}@127.0.0.1:5432/bugle_intake"
_TELLS = """#!/bin/sh
printf '%s\\n' "$@" > "$0.told"
echo "$PGPASSWORD" > "$0.password"
[ "$PGPASSWORD" = "THE_PASSWORD" ]
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs that write down what they are told, and fail without the password."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (folder / name).write_text(_TELLS.replace("THE_PASSWORD", PASSWORD))
        (folder / name).chmod(0o755)
    monkeypatch.setattr(programs, "installed", lambda: tmp_path)
    return folder


def test_password_stands_on_no_command_line(installed: Path, tmp_path: Path) -> None:
    programs.dump(URL, tmp_path / "intake.dump", "00000003-1")
    programs.load(URL, tmp_path / "intake.dump")
    for name in ("pg_dump", "pg_restore"):
        told = (installed / f"{name}.told").read_text().splitlines()
        assert "--dbname=postgresql://bugle_intake_owner@127.0.0.1:5432/bugle_intake" in told
        assert not [option for option in told if "ss@127" in option or quote(PASSWORD, safe="") in option]


def test_dump_is_for_its_owner_only(installed: Path, tmp_path: Path) -> None:
    for dump in (lambda file: programs.dump(URL, file, "00000003-1"), lambda file: programs.dump_keys(URL, file)):
        file = tmp_path / "dump"
        dump(file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        file.unlink()


def test_rows_of_a_dump_are_read(installed: Path, tmp_path: Path) -> None:
    r"""A backslash is written as two, and a tab within a value as \t."""
    rows = [
        "SET client_encoding = 'UTF8';",
        'COPY public.events ("position", stream, traceparent, data) FROM stdin;',
        "\t".join(["1", "issue-1", r"\N", r'{"text":"a\\"b\\\\n\tc"}']),
        "\t".join(["2", "issue-2", "00-ab", '{"title":"电压不稳"}']),
        r"\.",
        "SELECT 'no row';",
    ]
    (tmp_path / "script").write_text("\n".join(rows) + "\n")
    (installed / "pg_restore").write_text(f"#!/bin/sh\ncat {tmp_path}/script\n")
    assert list(programs.rows(tmp_path / "intake.dump", "events")) == [
        {"position": b"1", "stream": b"issue-1", "data": rb'{"text":"a\"b\\n' + b'\tc"}'},
        {"position": b"2", "stream": b"issue-2", "traceparent": b"00-ab", "data": '{"title":"电压不稳"}'.encode()},
    ]


def test_unreadable_dump_is_told(installed: Path, tmp_path: Path) -> None:
    (installed / "pg_restore").write_text("#!/bin/sh\necho 'input file is too short' >&2\nexit 1\n")
    with pytest.raises(StackError, match="pg_restore failed: input file is too short"):
        list(programs.rows(tmp_path / "intake.dump", "events"))


def test_failure_is_told(installed: Path, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="pg_restore failed"):
        programs.load(URL.replace(quote(PASSWORD, safe=""), "other"), tmp_path / "intake.dump")
