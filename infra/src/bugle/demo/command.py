"""The commands `bugle demo` and `bugle figures`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bugle.demo import tables
from bugle.demo.figures import Compared, compare, read_figures
from bugle.demo.stories import stories
from bugle.importing.command import carry_out, run_import
from bugle.importing.folder import read_folder
from bugle.importing.target import Target
from bugle.language import Lang, spoken
from bugle.machine import AsJson, tell
from bugle.quiet import wait_quiet
from bugle.stack.commands import addresses, announce, serve, terminable, terminal_stack
from bugle.stack.errors import BadChoice
from bugle.stack.home import ROOT
from bugle.stack.place import EMBEDDED, Against, Place, running_place
from eventkit.voice import ENGLISH

PROGRAMMES = ("rongchang", "jinxian", "daan", "chuanhui", "liangjiang")
GRACE = 2  # seconds: the demo's clocks wait for no late evidence


def demo(
    check: Annotated[bool, typer.Option("--check", help="Verify too, and end: status 0 only if all agrees.")] = False,
    lang: Lang = None,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Start the stack, import the five programmes, and show published beside projected figures; then go on running.

    A system that is not the embedded one is neither started nor stopped.
    """
    if against != EMBEDDED:
        if not _shown(running_place(against), spoken(lang), check=check, as_json=as_json):
            raise typer.Exit(1)
        return
    with terminable():
        stack = terminal_stack()
        found_running = stack.running()
        stack.start()
        try:
            sound = _shown(stack.system, spoken(lang), check=check, as_json=as_json)
        finally:
            if check and not found_running:
                stack.stop()
        if not check:
            if not as_json:
                announce(stack.system)
            serve(stack, quietly=as_json)
        elif not sound:
            raise typer.Exit(1)


def _shown(place: Place, lang: str, *, check: bool, as_json: bool) -> bool:
    """The demo, and with `check` what `bugle verify` says; whether all agrees."""
    from bugle.verify.command import PATIENCE, print_report, verified  # a third of the start of `bugle figures`
    from bugle.verify.servers import Addresses

    sound, told = _told(place) if as_json else (run_demo(place, lang), {})
    report = verified(Addresses.of(place), place, PATIENCE) if check else None
    sound = sound and (report is None or report.ok)
    if as_json:
        tell({"ok": sound} | told | ({} if report is None else {"verify": report.json()}))
    elif report is not None:
        print_report(report)
    return sound


def _told(place: Place) -> tuple[bool, dict[str, Any]]:
    """What `run_demo` prints, for machines."""
    came = carry_out(place, _folders(), grace=GRACE, voice=ENGLISH, quietly=True)
    wait_quiet(place, say=_say)
    figures = [_json(name, _compared(place, name, ROOT / "programmes" / name)) for name in PROGRAMMES]
    sound = came.sound and all(one["ok"] for one in figures)
    return sound, {"import": came.json(), "programmes": figures, "addresses": addresses(place)}


def _folders() -> list[Path]:
    return [ROOT / "programmes" / name for name in PROGRAMMES]


def run_demo(system: Place, lang: str) -> bool:
    """Import, wait until every service has done its work, print; whether all went in and all figures agree."""
    complete = run_import(system, _folders(), grace=GRACE, language=lang)
    wait_quiet(system, say=_say)
    agree = [run_figures(system, name, ROOT / "programmes" / name, lang) for name in PROGRAMMES]
    target = Target.of(system)
    with target.client(target.reporting, None) as client:
        for issue, items in stories(client):
            typer.echo("\n" + tables.timeline(issue, items, ZoneInfo("Asia/Shanghai")))
    typer.echo("")
    return complete and all(agree)


def figures(
    programme: Annotated[str, typer.Option(help="The programme's id.")],
    folder: Annotated[Path | None, typer.Option(help="Where its published.toml lies; else in programmes/.")] = None,
    lang: Lang = None,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Show a programme's published figures beside the projected ones. Exit status 1 when one differs."""
    if not run_figures(running_place(against), programme, folder or _folder(programme), spoken(lang), as_json=as_json):
        raise typer.Exit(1)


def _folder(programme: str) -> Path:
    known = {file.parent.name: file.parent for file in sorted((ROOT / "programmes").glob("*/published.toml"))}
    if programme not in known:
        raise BadChoice(f"{programme!r} has published no figures. Choose from: {', '.join(known)}; or name a --folder.")
    return known[programme]


def run_figures(system: Place, programme: str, folder: Path, lang: str = "zh", *, as_json: bool = False) -> bool:
    """Compare and print; whether every figure agrees. The figures that differ are named on standard error."""
    published, compared = read_folder(folder), _compared(system, programme, folder)
    if as_json:
        tell(_json(programme, compared))
    else:
        title = f"\n{published.programme['title'][lang]} ({programme}, {published.programme['report_date']})"
        typer.echo(tables.figures(title, compared, lang))
    _name_differing(programme, compared)
    return all(one.agrees for one in compared)


def _compared(system: Place, programme: str, folder: Path) -> list[Compared]:
    target = Target.of(system)
    with target.client(target.reporting, None) as client:
        return compare(client, programme, read_figures(folder))


def _json(programme: str, compared: Sequence[Compared]) -> dict[str, Any]:
    ok, figures = all(one.agrees for one in compared), [one.json() for one in compared]
    return {"programme": programme, "ok": ok, "figures": figures}


def _name_differing(programme: str, compared: Sequence[Compared]) -> None:
    for one in compared:
        if not one.agrees:
            of = one.figure
            typer.echo(f"{programme}: {of.id} is {one.projected:,}, published {of.relation} {of.value:,}", err=True)


def _say(text: str) -> None:
    typer.echo(f"waiting: {text}", err=True)
