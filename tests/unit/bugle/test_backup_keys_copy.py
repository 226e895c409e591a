"""The copy of the keys is of one moment, whenever the machine that replaces it dies."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugle.backup.keys_copy import WRAPPED, KeysCopy

NAMES = ("address.key", "contact.key", WRAPPED)


class Died(BaseException):
    """The process is gone: nothing that it would do on an error is done."""


def replace(copy: KeysCopy, text: str) -> None:
    with copy.replacing() as draft:
        for name in NAMES:
            (draft / name).write_text(text)


def told(copy: KeysCopy) -> list[str]:
    return [copy.file(name).read_text() for name in NAMES]


@pytest.mark.parametrize("steps", range(5))
def test_copy_is_of_one_moment_wherever_it_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    copy, left = KeysCopy(tmp_path / "keys"), steps
    replace(copy, "old")

    def dying(step: str) -> None:
        real = getattr(Path, step)

        def taken(path: Path, *to: Path) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Died
            return real(path, *to)

        dies.setattr(Path, step, taken)

    with monkeypatch.context() as dies:
        for step in ("rename", "replace", "rmdir"):
            dying(step)
        with pytest.raises(Died):
            replace(copy, "new")
    assert told(copy) == ["old" if steps == 0 else "new"] * len(NAMES)
    replace(copy, "newer")
    assert (told(copy), sorted(file.name for file in copy.folder.iterdir())) == (["newer"] * 3, sorted(NAMES))


def test_error_leaves_the_copy_as_it_is(tmp_path: Path) -> None:
    copy = KeysCopy(tmp_path / "keys")
    replace(copy, "old")
    with pytest.raises(ValueError, match="no database"), copy.replacing() as draft:
        (draft / WRAPPED).write_text("half")
        raise ValueError("no database")
    assert (told(copy), sorted(file.name for file in copy.folder.iterdir())) == (["old"] * 3, sorted(NAMES))


def test_what_was_written_before_a_death_is_thrown_away(tmp_path: Path) -> None:
    copy = KeysCopy(tmp_path / "keys")
    (copy.folder / "draft").mkdir(parents=True)
    (copy.folder / "draft" / "audit.jwk").write_text("of a backup that died")
    replace(copy, "new")
    assert sorted(file.name for file in copy.folder.iterdir()) == sorted(NAMES)


def test_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    replace(KeysCopy(tmp_path / "keys"), "new")
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
