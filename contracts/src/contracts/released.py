"""The digests of released contracts: what is listed in released.sha256 never changes.

    python -m contracts.released        lists what is new; a listed file that changed is an error

A contract that is not released anywhere yet may still change: delete its lines and run this again. After the release a
change needs a new version beside it (v2.json).
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from contracts.loader import ROOT

LIST = ROOT / "released.sha256"
FOLDERS = ("events", "commands", "documents")


def released() -> dict[str, str]:
    """Digest by path, relative to the package, in sha256sum's format."""
    lines = LIST.read_text(encoding="utf-8").splitlines() if LIST.exists() else []
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def present() -> dict[str, str]:
    """Digest by path of the files as they are."""
    return {path.relative_to(ROOT).as_posix(): _digest(path) for path in _files()}


def broken() -> list[str]:
    """Released files that have changed or gone."""
    now = present()
    return [path for path, digest in released().items() if now.get(path) != digest]


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("v*.json"))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Add what is new to the list; status 1 and no change when a released file differs."""
    if faults := broken():
        print("Released contracts never change; put a new version beside these:", *faults, sep="\n  ", file=sys.stderr)
        return 1
    known, now = released(), present()
    LIST.write_text("".join(f"{now[path]}  {path}\n" for path in sorted(now)), encoding="utf-8")
    print(f"{len(now.keys() - known.keys())} files added, {len(now)} released")
    return 0


if __name__ == "__main__":
    sys.exit(main())
