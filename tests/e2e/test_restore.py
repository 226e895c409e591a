"""A backup brings every service back to one moment, whatever Kafka holds: more than the backup, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from kafka import KafkaAdminClient
from typer.testing import CliRunner

from bugle import cli
from bugle.backup import command, keeping
from bugle.backup.keys_copy import WRAPPED
from bugle.backup.proving import Unproved
from bugle.backup.restoring import check_idle, unfinished
from bugle.backup.topics import make_anew
from bugle.cli import app
from bugle.erasure import command as erasure
from bugle.erasure.master import pending
from bugle.quiet import wait_quiet
from bugle.stack import Stack, StackError, System, databases
from bugle.stack.databases import create_reader, plain
from bugle.stack.errors import HALF_RESTORED, BadChoice, HalfRestored
from bugle.stack.system import PROCESSES, SERVICES
from bugle.verify.command import verified
from bugle.verify.report import Invariant
from bugle.verify.servers import Addresses
from eventkit.access import clients
from tests.support.office import Office, new_agency, until
from tests.support.stack import running_servers, running_system

pytestmark = pytest.mark.timeout(400)

UNUSED = ("routing-http", "supervision-http", "reporting-scheduler", "console-http")
"""Every restore starts all processes anew: without those that nothing here asks, in three quarters of the time."""
PERSON = {"name": "某某联系人", "phone": "13812345678"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Servers of these tests alone: an erasure changes the master key of the whole home."""
    with running_servers() as stack:
        yield stack


@pytest.fixture(scope="module")
def own(stack: Stack) -> Iterator[System]:
    """A system of these tests alone: it is stopped and its topics are deleted."""
    with running_system(stack, "restored", [process for process in PROCESSES if process not in UNUSED]) as system:
        yield system


@pytest.fixture
def office(stack: Stack, own: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    for module in (command, erasure):
        monkeypatch.setattr(module, "running_place", lambda against: own)
    with Office(stack, own, new_agency("restore")) as office:
        office.open()
        yield office


def bugle(*arguments: object, status: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == status, (done.output, done.exception)
    told: dict[str, Any] = orjson.loads(done.stdout)
    return told


def ahead(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The events, with all they say, of the file that a restore names."""
    return [orjson.loads(line) for line in Path(told["ahead_file"]).read_bytes().splitlines()]


def sound(system: System) -> None:
    wait_quiet(system, 120)
    report = verified(Addresses.of(system), system, 60)
    assert report.ok, report.json()
    assert report.invariants["I4"].checked > 0


def known(office: Office, case: str) -> Any:
    return until(lambda: office.happened(case), 60, "the issue in the projection")


def report_count(system: System) -> int:
    with psycopg.connect(plain(system.database("reporting").url)) as connection:
        row = connection.execute("SELECT count(*) FROM live.ledger").fetchone()
    assert row is not None
    return int(row[0])


def test_kafka_ahead_is_named_then_given_up(own: System, office: Office, tmp_path: Path) -> None:
    out, keys = tmp_path / "backup", tmp_path / "keys"
    before = office.report("备份之前")
    known(office, before)
    wait_quiet(own, 90)
    bugle("backup", "--out", out, "--keys", keys)
    cases = report_count(own)
    after = office.report("备份之后")
    known(office, after)
    wait_quiet(own, 90)
    refused = bugle("restore", out, status=1)
    assert not refused["restored"]
    assert {"bugle.intake.issue_reported.v1", "bugle.routing.case_opened.v1"} <= {
        one["type"] for one in refused["ahead"]
    }
    assert f"issue-{after}" in {one["stream"] for one in ahead(refused)}
    assert report_count(own) == cases + 1, "a refusal changes nothing"
    told = bugle("restore", out, "--discard-ahead")
    assert (told["restored"], told["behind"]) == (True, {})
    assert told["ahead_file"] == refused["ahead_file"], "the same list is kept once"
    sound(own)
    assert report_count(own) == cases
    known(office, office.report("恢复之后"))
    sound(own)


def test_empty_kafka_is_made_from_the_stores(own: System, office: Office, tmp_path: Path) -> None:
    out, keys = tmp_path / "backup", tmp_path / "keys"
    known(office, office.report("备份之前"))
    wait_quiet(own, 90)
    bugle("backup", "--out", out, "--keys", keys)
    cases = report_count(own)
    own.stop()
    make_anew(own)
    told = bugle("restore", out)
    assert told["behind"].keys() >= {"intake", "routing", "supervision"}
    sound(own)
    assert report_count(own) == cases
    known(office, office.report("恢复之后"))
    sound(own)


def types(told: dict[str, Any]) -> set[str]:
    """Of the events that only Kafka has."""
    return {one["type"] for one in told["ahead"]}


def test_other_history_is_ahead_too(own: System, office: Office, tmp_path: Path) -> None:
    """After events were given up, the numbers that a later backup knows belong to other events."""
    early, late, keys = tmp_path / "early", tmp_path / "late", tmp_path / "keys"
    known(office, office.report("更早"))
    wait_quiet(own, 90)
    bugle("backup", "--out", early, "--keys", keys)
    given_up = office.report("后来放弃")
    known(office, given_up)
    wait_quiet(own, 90)
    bugle("backup", "--out", late, "--keys", keys)
    assert bugle("restore", early, "--discard-ahead")["ahead"]
    entered = office.report("重新登记")
    known(office, entered)
    wait_quiet(own, 90)
    refused = bugle("restore", late, status=1)
    assert types(refused) >= {"bugle.intake.issue_reported.v1", "bugle.routing.case_opened.v1"}
    assert {one["stream"] for one in ahead(refused)} == {f"{name}-{entered}" for name in ("issue", "case", "watch")}
    assert refused["behind"].keys() >= {"intake", "routing"}, "Kafka lacks what was given up"
    assert bugle("restore", late, "--discard-ahead")["restored"]
    sound(own)
    known(office, given_up)


def test_missing_topic_hides_no_other(own: System, office: Office, tmp_path: Path) -> None:
    out, keys = tmp_path / "backup", tmp_path / "keys"
    bugle("backup", "--out", out, "--keys", keys)
    known(office, office.report("备份之后"))
    wait_quiet(own, 90)
    own.stop()
    with closing(KafkaAdminClient(**clients(own.kafka_access))) as admin:
        admin.delete_topics([f"{own.topic_prefix}routing.events"])
    refused = bugle("restore", out, status=1)
    assert "bugle.intake.issue_reported.v1" in types(refused)
    assert "routing" in refused["behind"]
    assert bugle("restore", out, "--discard-ahead")["restored"]
    sound(own)


def two_contacts(office: Office) -> tuple[str, str, str]:
    """Where an enterprise's contacts are, and the ids of two new ones."""
    enterprise = office.call("intake", "GET", "/enterprises")["items"][0]["enterprise"]
    path = f"/enterprises/{enterprise}/contacts"
    first, second = (office.call("intake", "POST", path, PERSON)["contact_ref"] for _ in range(2))
    return path, first, second


def test_restore_brings_back_no_erased_contact(own: System, office: Office, tmp_path: Path) -> None:
    out, keys = tmp_path / "backup", tmp_path / "keys"
    path, erased, kept = two_contacts(office)
    wait_quiet(own, 90)
    bugle("backup", "--out", out, "--keys", keys)
    bugle("erase", erased)
    wait_quiet(own, 90)
    stale = CliRunner().invoke(app, ["restore", str(out), "--keys", str(keys), "--discard-ahead"])
    assert isinstance(stale.exception, StackError) and "older than the last `bugle erase`" in str(stale.exception)
    assert bugle("restore", out, "--discard-ahead")["contacts_without_key"] >= 1
    listed = office.call("intake", "GET", path)
    assert ([one["contact_ref"] for one in listed["items"]], listed["erased"]) == ([kept], [erased])
    sound(own)


def lose_intake(system: System) -> None:
    """The disk of intake's database is lost: of what it knew, Kafka alone still tells."""
    system.stop()
    with psycopg.connect(plain(system.database("intake").owner_url)) as owner:
        owner.execute("DROP SCHEMA public CASCADE")


def test_refusal_over_a_lost_database_names_events(own: System, office: Office, tmp_path: Path) -> None:
    out, keys = tmp_path / "backup", tmp_path / "keys"
    bugle("backup", "--out", out, "--keys", keys)
    known(office, office.report("备份之后"))
    wait_quiet(own, 90)
    lose_intake(own)
    refused = bugle("restore", out, status=1)
    assert "bugle.intake.issue_reported.v1" in types(refused)
    assert bugle("restore", out, "--keys", keys, "--discard-ahead")["restored"]
    sound(own)


def said(*arguments: object) -> str:
    """Why a command refuses."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert isinstance(done.exception, StackError), (done.output, done.exception)
    return str(done.exception)


def test_new_database_costs_no_copy_of_keys(own: System, office: Office, tmp_path: Path) -> None:
    """The disk of intake's database was lost, and it was made anew: its table of keys is there, and empty."""
    out, keys = tmp_path / "backup", tmp_path / "keys"
    path, *refs = two_contacts(office)
    wait_quiet(own, 90)
    bugle("backup", "--out", out, "--keys", keys)
    copy = (keys / WRAPPED).read_bytes()
    lose_intake(own)
    with psycopg.connect(plain(own.database("intake").owner_url)) as owner:
        owner.execute("CREATE SCHEMA public")
        owner.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
    own.create_databases()
    asks = said("restore", out, "--discard-ahead")
    assert "contacts of the backup have no key" in asks and "Nothing was changed." in asks
    assert "of which this database has no key" in said("backup", "--out", tmp_path / "new", "--keys", keys)
    assert bugle("restore", out, "--discard-ahead", "--without-keys")["contacts_without_key"] >= 2
    assert "neither a key nor a record" in said("backup", "--out", tmp_path / "half", "--keys", keys)
    assert (keys / WRAPPED).read_bytes() == copy
    assert bugle("restore", out, "--discard-ahead", "--keys", keys)["restored"]
    assert readable(office, path) >= set(refs)
    bugle("backup", "--out", tmp_path / "whole", "--keys", keys)
    sound(own)


def keep_intake(system: System) -> None:
    """The database is there, and knows whom it erased."""


@pytest.mark.parametrize(("fate", "times"), [(keep_intake, 1), (lose_intake, 2)])
def test_copy_of_keys_undoes_no_erasure(
    own: System, office: Office, tmp_path: Path, fate: Callable[[System], None], times: int
) -> None:
    """Erased over HTTP, which leaves the master as it is, after the copy of the keys was made."""
    out, keys = tmp_path / "backup", tmp_path / "keys"
    path, erased, kept = two_contacts(office)
    wait_quiet(own, 90)
    bugle("backup", "--out", out, "--keys", keys)
    office.call("intake", "POST", f"{path}/{erased}/erasure", {}, role="erase")
    wait_quiet(own, 90)
    fate(own)
    for _ in range(times):  # the second time neither the database nor Kafka tells of the erasure
        told = bugle("restore", out, "--keys", keys, "--discard-ahead")
        assert (told["restored"], told["erased_again"]) == (True, 1)
        listed = office.call("intake", "GET", path)
        assert ([one["contact_ref"] for one in listed["items"]], listed["erased"]) == ([kept], [erased])
        assert pending(own.database("intake").url) == 1, "the copy still opens the contact"
    assert bugle("erase")["master_changed"]
    sound(own)


def test_forged_dump_is_refused_untouched(own: System, office: Office, tmp_path: Path) -> None:
    """Of reporting no log could tell that its dump is another; its digest in the manifest is the new one."""
    out, later, keys = tmp_path / "backup", tmp_path / "later", tmp_path / "keys"
    bugle("backup", "--out", out, "--keys", keys)
    known(office, office.report("备份之后"))
    wait_quiet(own, 90)
    told = bugle("backup", "--out", later, "--keys", keys)
    (later / "reporting.dump").replace(out / "reporting.dump")
    manifest = orjson.loads((out / "manifest.json").read_bytes())
    manifest["services"]["reporting"] = told["services"]["reporting"]
    (out / "manifest.json").write_bytes(orjson.dumps(manifest))
    done = CliRunner().invoke(app, ["restore", str(out), "--discard-ahead"])
    assert isinstance(done.exception, Unproved) and "does not bear the signature" in str(done.exception)
    assert own.ready(["intake-http"]) == {"intake-http": True}


def refused_for_brokers(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restore whose topics are to lie on more brokers than run."""
    with monkeypatch.context() as shell:
        shell.setenv("BUGLE_REPLICATION", "3")
        done = CliRunner().invoke(app, ["restore", str(out), "--discard-ahead"])
    assert isinstance(done.exception, StackError), (done.output, done.exception)
    assert "Start the others" in str(done.exception) and "Nothing was changed." in str(done.exception)


def test_refusal_starts_services_again(
    own: System, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "backup"
    bugle("backup", "--out", out, "--keys", tmp_path / "keys")
    refused_for_brokers(out, monkeypatch)
    until(lambda: all(own.ready().values()), 60, "all services, without anybody doing anything")
    known(office, office.report("拒绝之后"))


def test_edited_backup_is_refused(own: System, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event was edited in the database before the backup, which tells of it; older versions did not look."""
    good, told, edited, keys = (tmp_path / name for name in ("good", "told", "edited", "keys"))
    known(office, office.report("改动之前"))
    wait_quiet(own, 90)
    bugle("backup", "--out", good, "--keys", keys)
    with psycopg.connect(plain(own.database("intake").owner_url)) as owner:
        owner.execute("ALTER TABLE events DISABLE TRIGGER USER")
        changed = owner.execute("UPDATE events SET data = replace(data, '改动之前', '改动之后')")
        assert changed.rowcount
        owner.execute("ALTER TABLE events ENABLE TRIGGER USER")
    [fault] = bugle("backup", "--out", told, "--keys", keys, status=1)["faults"]
    assert "intake: the chain breaks at intake log_seq" in fault
    untouched = CliRunner().invoke(app, ["restore", str(told), "--discard-ahead"])
    assert isinstance(untouched.exception, StackError) and "is no backup" in str(untouched.exception)
    assert own.ready(["intake-http"]) == {"intake-http": True}
    with monkeypatch.context() as older:
        older.setattr(keeping, "followed", lambda *_: Invariant())
        bugle("backup", "--out", edited, "--keys", keys)
    done = CliRunner().invoke(app, ["restore", str(edited), "--discard-ahead"])
    assert isinstance(done.exception, Unproved), (done.output, done.exception)
    assert "the chain breaks at intake log_seq" in str(done.exception)
    assert "Half a restore is left" in done.stderr
    refused_for_brokers(good, monkeypatch)
    assert own.wanted() == [], "half a restore must not be worked on"
    assert unfinished(own)
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(plain(own.database("supervision").url))
    half = CliRunner().invoke(app, ["backup", "--out", str(tmp_path / "half"), "--keys", str(keys)])
    assert isinstance(half.exception, StackError) and "half of one is no backup" in str(half.exception)
    assert bugle("restore", good, "--discard-ahead")["restored"]
    sound(own)


def test_changed_dump_is_refused(own: System, office: Office, tmp_path: Path) -> None:
    out = tmp_path / "backup"
    bugle("backup", "--out", out, "--keys", tmp_path / "keys")
    file = out / "routing.dump"
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    done = CliRunner().invoke(app, ["restore", str(out)])
    assert isinstance(done.exception, StackError) and "routing.dump" in str(done.exception)
    assert own.ready(["intake-http"]) == {"intake-http": True}


def readable(office: Office, path: str) -> set[str]:
    return {one["contact_ref"] for one in office.call("intake", "GET", path)["items"]}


def test_keys_of_an_earlier_attempt_are_not_taken(own: System, office: Office, tmp_path: Path) -> None:
    """A restore that died before it changed anything has left its aside; since then keys came, and a new master."""
    out, keys, aside = tmp_path / "backup", tmp_path / "keys", own.home.path / WRAPPED
    path, erased, kept = two_contacts(office)
    keeping.dump_wrapped(own, aside)
    later = office.call("intake", "POST", path, PERSON)["contact_ref"]
    bugle("erase", erased)
    wait_quiet(own, 90)
    bugle("backup", "--out", out, "--keys", keys)
    assert bugle("restore", out)["restored"]
    assert readable(office, path) >= {kept, later} and not aside.exists()
    assert not bugle("erase")["master_changed"]


def test_death_while_others_are_shut_out_costs_no_key(
    own: System, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing has been changed yet, but the next attempt cannot tell: what lay aside before must not count then."""
    out, aside = tmp_path / "backup", own.home.path / WRAPPED
    path, *refs = two_contacts(office)
    keeping.dump_wrapped(own, aside)
    later = office.call("intake", "POST", path, PERSON)["contact_ref"]
    wait_quiet(own, 90)
    bugle("backup", "--out", out, "--keys", tmp_path / "keys")
    with monkeypatch.context() as dying:
        dying.setattr(command._Halt, "let_in", lambda halt: None)
        dying.setattr(command, "remember_erased", lambda *_: 1 // 0)
        CliRunner().invoke(app, ["restore", str(out), "--discard-ahead"])
    assert unfinished(own)
    assert bugle("restore", out, "--discard-ahead")["restored"]
    assert readable(office, path) >= {*refs, later}


@pytest.mark.parametrize(
    ("spoilt", "spoil"),
    [
        (WRAPPED, lambda file: file.write_bytes(file.read_bytes()[:700])),
        (WRAPPED, Path.unlink),
        ("address.key", Path.unlink),
    ],
)
def test_spoilt_copy_of_keys_changes_nothing(
    own: System, office: Office, tmp_path: Path, spoilt: str, spoil: Callable[[Path], object]
) -> None:
    out, keys = tmp_path / "backup", tmp_path / "keys"
    path, *refs = two_contacts(office)
    wait_quiet(own, 90)
    bugle("backup", "--out", out, "--keys", keys)
    spoil(keys / spoilt)
    done = CliRunner().invoke(app, ["restore", str(out), "--keys", str(keys), "--discard-ahead"])
    assert isinstance(done.exception, StackError), (done.output, done.exception)
    until(lambda: own.ready(["intake-http"])["intake-http"], 60, "intake, which goes on")
    assert readable(office, path) >= set(refs)
    assert bugle("restore", out, "--discard-ahead")["restored"]
    assert readable(office, path) >= set(refs)


def test_keys_never_lie_with_the_dumps(own: System, office: Office, tmp_path: Path) -> None:
    for out, keys in ((tmp_path, tmp_path), (tmp_path / "b", tmp_path), (tmp_path, tmp_path / "k")):
        done = CliRunner().invoke(app, ["backup", "--out", str(out), "--keys", str(keys)])
        assert isinstance(done.exception, BadChoice) and "lie together" in str(done.exception)


def test_half_a_restore_is_not_started(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the machine died in it: the servers start, for the restore that is to be run again."""
    system = stack.system
    databases.create(stack.postgres, [system.database(service).name for service in SERVICES])
    databases.shut_out(system.database("routing"))
    with pytest.raises(HalfRestored, match="bugle restore DIR"):
        stack.start()
    assert system.wanted() == [] and stack.half_restored()
    monkeypatch.setattr(cli, "app", lambda: databases.parked([system.database("routing")]))
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    assert capsys.readouterr().err.endswith(f"{HALF_RESTORED}\n")
    databases.let_in(system.database("routing"))
    assert not unfinished(system)


def test_whoever_still_works_is_seen(own: System) -> None:
    """By the owner, who is no superuser and to whom PostgreSQL says little of others' sessions."""
    own.stop()
    check_idle(own, ["routing"])
    with psycopg.connect(plain(own.database("routing").url)), pytest.raises(StackError, match="1 clients still work"):
        check_idle(own, ["routing"], seconds=0.5)
    own.start()


@pytest.mark.parametrize("comes", ["a process", "an analyst"])
def test_who_comes_in_meanwhile_ends_a_restore(
    own: System, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comes: str
) -> None:
    """What Kafka holds is read for minutes, when services can be started again and sessions opened."""
    out = tmp_path / "backup"
    bugle("backup", "--out", out, "--keys", tmp_path / "keys")
    reporting = own.database("reporting")
    url = plain(reporting.url) if comes == "a process" else create_reader(own.postgres, reporting.name)
    looked, sessions = command.diverging, list[psycopg.Connection[Any]]()

    def looking(*about: Any) -> Any:
        sessions.append(psycopg.connect(url))
        return looked(*about)

    monkeypatch.setattr(command, "diverging", looking)
    done = CliRunner().invoke(app, ["restore", str(out), "--discard-ahead"])
    assert isinstance(done.exception, StackError), (done.output, done.exception)
    assert "1 clients still work in the database of reporting" in str(done.exception)
    assert "Half a restore" not in done.stderr and not unfinished(own)
    [session] = sessions
    session.close()
    psycopg.connect(url).close()
    monkeypatch.setattr(command, "diverging", looked)
    until(lambda: own.ready(["intake-http"])["intake-http"], 60, "intake, which goes on")
    assert bugle("restore", out, "--discard-ahead")["restored"]
    psycopg.connect(url).close()
    known(office, office.report("恢复之后"))


def test_backup_is_of_what_an_owner_can_restore(own: System, office: Office, tmp_path: Path) -> None:
    """An administrator left a large object, and took a function that comes with PostgreSQL from everybody."""
    before = office.report("备份之前")
    known(office, before)
    with psycopg.connect(own.postgres.url(own.postgres.superuser, own.database("reporting").name)) as admin:
        admin.execute("SELECT lo_create(0)")
        admin.execute("REVOKE EXECUTE ON FUNCTION pg_sleep FROM PUBLIC")
    out = tmp_path / "backup"
    bugle("backup", "--out", out, "--keys", tmp_path / "keys")
    assert bugle("restore", out, "--discard-ahead")["restored"]
    known(office, before)
