"""Apache Kafka's jars: fetched once for all homes of a user, checked against pinned digests."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from bugle.stack.errors import StackError

KAFKA = "4.3.1"
_NEEDED = 200 << 20  # bytes: the jars twice, once as downloaded
Progress = Callable[[int, int], None]  # (jars that are there, jars in all)


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned file of a Maven repository."""

    group: str
    name: str
    version: str
    sha256: str


def pinned() -> list[Jar]:
    """What the broker needs: the dependencies of kafka_2.13 without those of its command line tools."""
    lines = Path(__file__).with_name(f"kafka-{KAFKA}.jars").read_text().splitlines()
    return [Jar(*line.replace(" ", ":").split(":")) for line in lines]


def cache() -> Path:
    """The user's cache: BUGLE_CACHE, or `bugle` in XDG_CACHE_HOME or ~/.cache."""
    own = os.environ.get("BUGLE_CACHE")
    return Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bugle"


def class_path(progress: Progress) -> str:
    """Kafka's class path; fetches what is missing. StackError without a network or with a wrong digest."""
    library = cache() / f"kafka-{KAFKA}"
    jars = pinned()
    if not library.exists():
        _fill(library, jars, progress)
    return ":".join(str(library / f"{jar.name}-{jar.version}.jar") for jar in jars)


def _fill(library: Path, jars: list[Jar], progress: Progress) -> None:
    library.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(library.parent).free < _NEEDED:
        raise StackError(f"The disk is full: {library.parent} needs {_NEEDED >> 20} MB for Apache Kafka.")
    draft = Path(tempfile.mkdtemp(dir=library.parent))
    try:
        with ThreadPoolExecutor(8) as pool:
            fetched = [pool.submit(_fetch, jar, draft) for jar in jars]
            try:
                for done, job in enumerate(as_completed(fetched), 1):
                    job.result()
                    progress(done, len(jars))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        if not library.exists():
            draft.chmod(0o755)
            draft.rename(library)  # whole or not at all, also with two starts side by side
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fetch(jar: Jar, target: Path) -> None:
    for _ in range(2):  # a file that an earlier, broken-off start left half written is fetched anew
        file = _download(jar)
        if hashlib.sha256(file.read_bytes()).hexdigest() == jar.sha256:
            shutil.copy(file, target)
            return
        file.unlink()
    raise StackError(f"{file.name} is not the file that was pinned: its SHA-256 digest differs. It has been deleted.")


def _download(jar: Jar) -> Path:
    import requests
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=cache() / "maven", timeout=60)
    try:
        path: Path = context.project(jar.group, jar.name).at_version(jar.version).artifact().resolve()
    except requests.exceptions.SSLError as error:
        raise StackError(
            f"{jar.name}-{jar.version}.jar of Apache Kafka could not be fetched: the other side's certificate is not "
            "trusted. Behind a proxy with a certificate of its own, set REQUESTS_CA_BUNDLE to the file that holds it."
        ) from error
    except (requests.RequestException, RuntimeError) as error:
        raise StackError(
            f"{jar.name}-{jar.version}.jar of Apache Kafka could not be fetched ({type(error).__name__}). The first "
            "start needs the network: check the connection and HTTPS_PROXY, then start again; what has arrived is kept."
        ) from error
    return path
