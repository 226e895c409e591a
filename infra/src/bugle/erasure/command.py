"""The command `bugle erase`."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
import psycopg
import typer

from bugle.erasure.master import change_master, pending, unfinished
from bugle.machine import AsJson, tell
from bugle.stack.databases import plain
from bugle.stack.errors import StackError
from bugle.stack.keys import Keys
from bugle.stack.place import EMBEDDED, Against, Place, running_place

_ENTERPRISE = "SELECT enterprise FROM contacts WHERE contact_ref::text = %s"


def erase(
    contact: Annotated[list[str] | None, typer.Argument(help="The contact_ref of each contact to erase.")] = None,
    by: Annotated[str, typer.Option(help="Who does it, for the notes (bugle audit reads).")] = "erase",
    as_json: AsJson = False,
    against: Against = EMBEDDED,
) -> None:
    """Erase contacts for good: destroy their keys, then change the master key, so that old backups stay unreadable.

    Without a contact: finish what was erased over the interface, or broken off. The copy of the keys that is kept
    elsewhere opens the erased contacts in old backups until it is replaced.
    """
    place = running_place(against)
    outcomes = {ref: _erase(place, ref, by) for ref in dict.fromkeys(contact or ())}
    wrapped = _finish(place)
    if as_json:
        tell({"contacts": outcomes, "master_changed": wrapped is not None, "keys_left": wrapped})
        return
    for ref, outcome in outcomes.items():
        typer.echo(f"{ref}: {'erased' if outcome == 'amended' else 'was erased already'}")
    if wrapped is None:
        typer.echo("Nothing is left to finish: no key has been destroyed since the master key was changed.")
    else:
        typer.echo(f"The master key is changed; {wrapped:,} other contacts stay readable.")
        typer.echo("Now replace the copy of the keys: bugle backup. With the old one, old backups can still be opened.")


def _finish(place: Place) -> int | None:
    """Change the master if there is reason to; how many keys are left, None when there was none."""
    database, key_file = place.database("intake"), Keys(place.home).contact_key_file
    if not pending(database.url) and not unfinished(key_file):
        return None
    return change_master(database.owner_url, key_file, lambda text: typer.echo(f"{text} …", err=True))


def _erase(place: Place, contact_ref: str, by: str) -> str:
    """Have intake erase one contact; its outcome."""
    enterprise = _enterprise(place, contact_ref)
    token = Keys(place.home).token(["erase", "operator"], subject=by, hours=1)
    url = f"{place.url('intake')}/v1/enterprises/{enterprise}/contacts/{contact_ref}/erasure"
    try:
        answer = httpx.post(url, json={}, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    except httpx.TransportError as error:
        raise StackError(f"intake does not answer ({error}). See: bugle status") from error
    told: dict[str, Any] = answer.json()
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise StackError(
            f"intake takes no token of the system's own issuer (401): an identity provider issues them here. Erase with"
            f" one of its tokens that has the role erase: POST {url} with the body {{}}. Then finish: bugle erase"
        )
    if answer.status_code not in (200, 201):
        raise StackError(f"intake refuses to erase {contact_ref} ({answer.status_code}): {told.get('detail', '')}")
    return str(told["outcome"])


def _enterprise(place: Place, contact_ref: str) -> str:
    with psycopg.connect(plain(place.database("intake").url)) as connection:
        row = connection.execute(_ENTERPRISE, [contact_ref.lower()]).fetchone()
    if row is None:
        raise StackError(f"There is no contact {contact_ref}. GET /v1/enterprises/ID/contacts lists an enterprise's.")
    return str(row[0])
