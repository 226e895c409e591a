"""The command `bugle secrets`."""

from __future__ import annotations

import base64
import os
import secrets as random
import uuid
from pathlib import Path
from typing import Annotated

import typer

from bugle.stack.errors import StackError
from bugle.stack.home import ROOT, Home
from bugle.stack.keys import AUDIENCE, ISSUER, Keys
from bugle.stack.ports import free_port
from bugle.stack.system import SERVICES

ACCOUNT = 10001
"""Whom containers run as where root makes the secrets; files are given to this account."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Passwords and keys of a deployed system.")


@app.callback()
def secrets() -> None:
    """Passwords and keys of a deployed system."""


@app.command()
def init(
    folder: Annotated[Path, typer.Option(help="Where .env and secrets/ are made.")] = ROOT,
) -> None:
    """Make up every password and key of a system to be deployed: .env and secrets/. Never overwrites one."""
    file = folder / ".env"
    if file.exists():
        raise StackError(f"{file} is there already. It holds the passwords of the databases: keep it, or move it.")
    home = Home(folder / "secrets")
    keys = Keys(home)
    keys.ensure()
    keys.audit_key()
    user = os.geteuid() or ACCOUNT
    if user == ACCOUNT:
        for key in (keys.jwks_file, keys.contact_key_file, keys.address_key_file):
            os.chown(key, ACCOUNT, ACCOUNT)
    lines = [f"{name}={value}" for name, value in settings(user).items()]
    text = "\n".join(["# Made by `bugle secrets init`. Keep it as safe as the data.", *lines]) + "\n"
    Home(folder).write(".env", text.encode())
    typer.echo(f"{file} and {home.path} are made. Keep both out of sight; then: docker compose up -d --wait")


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
    taken: list[int] = []
    for name in ("POSTGRES", "KAFKA", *map(str.upper, SERVICES)):
        taken.append(free_port(taken))
        held[f"BUGLE_{name}_PORT"] = str(taken[-1])
    return held
