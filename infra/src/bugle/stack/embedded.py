"""The stack of one home: its process manager, its two servers and its systems."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bugle.stack import databases, jars
from bugle.stack.databases import Database
from bugle.stack.errors import HALF_RESTORED, HalfRestored, StackError
from bugle.stack.external import External
from bugle.stack.guard import Guard
from bugle.stack.home import Home
from bugle.stack.kafka import Kafka
from bugle.stack.keys import Keys
from bugle.stack.locks import keep_servers_own
from bugle.stack.ports import Ports
from bugle.stack.postgres import Postgres
from bugle.stack.programs import Program
from bugle.stack.supervisor import State, Supervisor
from bugle.stack.system import HTTP, PROCESSES, SERVICES, System

SERVERS = ("postgres", "kafka")


class Stack:
    """Starts and stops everything. `say` is told each step in a few words, `progress` the arrival of Kafka's jars.

    A `tied` stack ends when the process that started it dies; the others run until they are stopped. `kafka_told`: the
    port under which clients reach the broker, where a proxy stands in between. A
    `guarded` one asks Kafka's clients who they are (ADR 19).
    """

    def __init__(
        self,
        home: Home | None = None,
        say: Callable[[str], None] = lambda text: None,
        progress: jars.Progress = lambda done, total: None,
        tied: bool = False,
        kafka_told: int | None = None,
        guarded: bool = False,
    ) -> None:
        self.home = home or Home.default()
        self._say, self._progress, self._tied = say, progress, tied
        self._kafka_told, self._guarded = kafka_told, guarded
        self.supervisor = Supervisor(self.home)
        self.ports = Ports(self.home)
        self.keys = Keys(self.home)
        self._external = External.of()

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers that this stack itself starts and stops."""
        return SERVERS if self._external is None else ()

    @property
    def postgres(self) -> Postgres:
        """The database server."""
        if self._external is not None:
            return self._external.database_server(self.home)
        return Postgres(self.home, self.ports.of("postgres"))

    @property
    def kafka(self) -> Kafka:
        """The broker."""
        if self._external is not None:
            return self._external.broker(self.home)
        port, controller_port = self.ports.of("kafka"), self.ports.of("kafka-controller")
        guard = Guard(self.home, self.ports.of("kafka-admin")) if self._guarded else None
        return Kafka(self.home, port, controller_port, told=self._kafka_told, guard=guard)

    @property
    def system(self) -> System:
        """The operator's system."""
        return self._system("")

    def start(self, services: bool = True) -> None:
        """Start what does not run yet and wait until it is ready; with services=False the two servers only.

        StackError when something is in the way; then nothing that this call started goes on running. HalfRestored:
        only the servers do, for the restore that is to be run again.
        """
        self.home.prepare()
        half = False
        with self.home.alone():
            fresh = not self.supervisor.running()
            try:
                self._start_servers(fresh)
                half = services and self.half_restored()
                if services and not half:
                    self._start_system()
                else:
                    self._await("kafka", self.kafka.wait)
                if half:
                    self.system.define()  # the restore starts them
            except BaseException:
                if fresh:
                    self._stop()
                raise
        if half:
            raise HalfRestored(f"{HALF_RESTORED} PostgreSQL and Kafka run, and no service does.")

    def create_system(self, name: str, processes: Collection[str] = PROCESSES) -> System:
        """A further system on the running servers: databases, topics and process definitions, nothing started.

        `name` is a lower-case word; the topics' prefix is `<name>.`.
        """
        system = replace(self._system(name), processes=processes)
        system.create_databases()
        system.create_topics()
        system.define()
        return system

    def create_database(self, name: str) -> Database:
        """An empty database with its two roles, for whoever needs nothing else."""
        databases.create(self.postgres, [name])
        return databases.database(self.postgres, name)

    def running(self) -> bool:
        """Whether the stack's process manager runs, whatever its processes do."""
        return self.supervisor.running()

    def stop(self) -> None:
        """Stop services, then servers, then the manager; returns when all have ended."""
        if self.running():
            with self.home.alone():
                self._stop()

    def wait(self) -> None:
        """Return when the stack has been stopped by somebody else."""
        while self.running():
            time.sleep(1)

    def states(self) -> list[State]:
        """The servers and every managed process."""
        return self.supervisor.states()

    def _system(self, name: str) -> System:
        return System(name, self.home, self.postgres, self.kafka, self.supervisor)

    def _start_servers(self, fresh: bool) -> None:
        self.keys.ensure()
        programs = self._prepared(fresh) if self.servers else []
        if fresh:
            self.supervisor.launch(self._tied)
        if programs:
            self._say("Starting PostgreSQL and Kafka")
            self.supervisor.define("servers", programs)
            self.supervisor.start(SERVERS)
        self._await("postgres", self.postgres.wait)
        if programs:
            keep_servers_own(self.postgres)

    def half_restored(self) -> bool:
        """Whether a restore was broken off, and has left half of one."""
        of = [self.system.database(service) for service in SERVICES]
        return databases.half_restored(of, self.postgres.admin_url())

    def _prepared(self, fresh: bool) -> list[Program]:
        """The embedded servers, ready to be started."""
        if fresh:
            self.ports.demand([*SERVERS, "kafka-controller"])
        with ThreadPoolExecutor(2) as pool:  # the first time, initdb runs while the jars arrive
            made = pool.submit(self.postgres.prepare), pool.submit(self.kafka.prepare, self._progress)
            return [program.result() for program in made]

    def _start_system(self) -> None:
        """What needs PostgreSQL only goes ahead while Kafka is still starting."""
        system = self.system
        self._say("Preparing the databases")
        system.create_databases()
        system.define()
        self._say("Starting the services")
        system.launch(HTTP)
        self._await("kafka", self.kafka.wait)
        system.create_topics()
        system.start()

    def _await(self, server: str, wait: Callable[[], None]) -> None:
        """Wait for a server; if it does not come up, the end of its log says why (a full disk, for one)."""
        try:
            wait()
        except StackError as error:
            said = f"\n{self.supervisor.tail(server)}" if server in self.servers else ""
            raise StackError(f"{error}{said}") from None

    def _stop(self) -> None:
        self._say("Stopping")
        names = [state.name for state in self.supervisor.states()]
        self.supervisor.stop([name for name in names if name not in SERVERS])
        self.supervisor.stop([name for name in names if name in SERVERS])
        self.supervisor.shutdown()


def demand_running(stack: Stack) -> None:
    """StackError when nothing runs; HalfRestored when what runs are the servers, for a restore."""
    if not stack.running():
        raise StackError("Nothing runs here. Start it with: bugle up")
    if stack.half_restored():
        raise HalfRestored(HALF_RESTORED)
