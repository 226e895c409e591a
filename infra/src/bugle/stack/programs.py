"""What the process manager is told: its own configuration and a section for each process."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from bugle.stack.home import ROOT, Home


@dataclass(frozen=True, slots=True)
class Program:
    """A process to be managed. `user`: the account it runs under when the manager runs as root."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: str = "TERM"
    priority: int = 100  # a lower one is stopped later when supervisord itself is told to end


def configuration(home: Home, socket: str) -> str:
    """The manager's own configuration; it listens on a Unix socket that only its user can open."""
    folder = _escaped(home.path)
    account = "user=root\n" if os.geteuid() == 0 else ""
    return (
        f"[unix_http_server]\nfile={_escaped(socket)}\nchmod=0700\n\n"
        f"[supervisord]\n{account}logfile={folder}/logs/supervisord.log\nlogfile_maxbytes=5MB\nlogfile_backups=1\n"
        f"pidfile={folder}/supervisord.pid\nchildlogdir={folder}/logs\n\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n\n"
        f"[include]\nfiles={folder}/programs/*.conf\n"
    )


def section(home: Home, program: Program) -> str:
    """A process: restarted whenever it ends unasked, its output in a log that is rotated."""
    environment = ",".join(f'{name}="{_escaped(value)}"' for name, value in sorted(program.environment.items()))
    lines = [
        f"[program:{program.name}]",
        f"command={_escaped(shlex.join(program.command))}",
        f"environment={environment}",
        f"directory={_escaped(ROOT)}",
        f"stdout_logfile={_escaped(home.path / 'logs' / program.name)}.log",
        f"priority={program.priority}",
        f"stopsignal={program.stop_signal}",
        *([f"user={program.user}"] if program.user else []),
        "redirect_stderr=true\nstdout_logfile_maxbytes=10MB\nstdout_logfile_backups=3",
        "autostart=false\nautorestart=true\nstartsecs=1\nstartretries=1000\nstopwaitsecs=30",
    ]
    return "\n".join(lines) + "\n"


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")
