"""The command `bugle secrets`."""

from __future__ import annotations

import base64
import os
import secrets as random
import uuid
from pathlib import Path
from typing import Annotated

import typer

from bugle.machine import AsJson, tell
from bugle.stack.certificates import ADMIN, Certificates
from bugle.stack.errors import StackError
from bugle.stack.guard import OPERATOR, RESTORER
from bugle.stack.home import ROOT, Home
from bugle.stack.keys import AUDIENCE, ISSUER, Keys
from bugle.stack.place import read_deployed
from bugle.stack.ports import free_port
from bugle.stack.system import FRONTENDS, SERVICES
from eventkit.grants import password_setting

ACCOUNT = 10001
"""Whom containers run as where root makes the secrets; files are given to this account."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Passwords and keys of a deployed system.")


@app.callback()
def secrets() -> None:
    """Passwords and keys of a deployed system."""


@app.command()
def init(
    folder: Annotated[Path, typer.Option(help="Where .env and secrets/ are made.")] = ROOT,
    as_json: AsJson = False,
) -> None:
    """Make up every password and key of a system to be deployed: .env and secrets/. Never overwrites one."""
    file = folder / ".env"
    if file.exists():
        raise StackError(f"{file} is there already. It holds the passwords of the databases: keep it, or move it.")
    home = _make_files(folder)
    lines = [f"{name}={value}" for name, value in settings(_user()).items()]
    text = "\n".join(["# Made by `bugle secrets init`. Keep it as safe as the data.", *lines]) + "\n"
    Home(folder).write(".env", text.encode())
    if as_json:
        tell({"settings": str(file), "secrets": str(home.path)})
        return
    typer.echo(f"{file} and {home.path} are made. Keep both out of sight; then: docker compose up -d --wait")


@app.command()
def renew(
    folder: Annotated[Path, typer.Option(help="Where .env and secrets/ are.")] = ROOT,
    as_json: AsJson = False,
) -> None:
    """Add what a newer version asks for and issue Kafka's certificates anew; no password and no key is changed."""
    held = read_deployed(folder / ".env")
    missing = {name: value for name, value in settings(_user()).items() if name not in held.values}
    home = _make_files(folder, renewed=True)
    lines = [held.file.read_text("utf-8").rstrip("\n"), *(f"{name}={value}" for name, value in missing.items())]
    Home(folder).write(".env", ("\n".join(lines) + "\n").encode())
    if as_json:
        tell({"settings": str(held.file), "secrets": str(home.path), "added": list(missing)})
        return
    typer.echo(f"Added to {held.file}: {', '.join(missing) or 'nothing'}. Certificates in {home.path} are new.")
    typer.echo("Take them into use, a broker at a time: docker compose up -d --wait --no-deps --force-recreate kafka")
    typer.echo(
        "With infra/scale.yml, then the same with kafka-2, then with kafka-3. At last: docker compose run --rm topics"
    )


def _make_files(folder: Path, renewed: bool = False) -> Home:
    """Make the keys that are missing; `renewed`: Kafka's certificates too where there are some."""
    home = Home(folder / "secrets")
    keys, certificates = Keys(home), Certificates(home)
    keys.ensure()
    keys.audit_key()
    certificates.ensure()
    if renewed:
        certificates.renew()
    if _user() == ACCOUNT:
        for key in (keys.jwks_file, keys.contact_key_file, keys.address_key_file, certificates.file(ADMIN)):
            os.chown(key, ACCOUNT, ACCOUNT)
    return home


def _user() -> int:
    return os.geteuid() or ACCOUNT


def settings(user: int) -> dict[str, str]:
    """All settings that docker-compose.yml asks for; ports are free ones of the loopback address."""
    held = {
        "BUGLE_USER": f"{user}:{user}",
        "BUGLE_SECRETS": "secrets",
        "BUGLE_ISSUER": ISSUER,
        "BUGLE_AUDIENCE": AUDIENCE,
        "BUGLE_CLUSTER_ID": "B" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22],
        "BUGLE_POSTGRES_PASSWORD": random.token_hex(20),
    }
    for service in SERVICES:
        held[f"BUGLE_{service.upper()}_PASSWORD"] = random.token_hex(20)
        held[f"BUGLE_{service.upper()}_OWNER_PASSWORD"] = random.token_hex(20)
    for name in (*SERVICES, OPERATOR, RESTORER):
        held[password_setting(name)] = random.token_hex(20)
    taken: list[int] = []
    for name in ("POSTGRES", "KAFKA", *map(str.upper, (*SERVICES, *FRONTENDS))):
        taken.append(free_port(taken))
        held[f"BUGLE_{name}_PORT"] = str(taken[-1])
    return held
