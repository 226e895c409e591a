"""Fill the programmes' ledgers with synthetic rows up to the totals of generate.toml.

Run once: `python programmes/generate.py [PROGRAMME…]`; a second run writes the same bytes. Rows told by the articles
(synthetic = false) stay as they are; every other row is made anew from the fixed seed, belongs to a numbered generic
enterprise and unit, and lies on working days. Never reads published.toml.
"""

from __future__ import annotations

import csv
import random
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
KINDS = {"enterprises": "E", "teams": "T", "visits": "V", "issues": "I", "services": "S"}
STEPS = ("assigned", "received", "accepted", "contacted", "result", "fed_back", "verified", "closed")
OUTCOMES = ("solved",) * 5 + ("explained",)
SATISFACTION = ("satisfied",) * 4 + ("basically_satisfied",)
Row = dict[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Calendar:
    """Working days by the published notices; years outside them are not asked for."""

    off: frozenset[date]
    work: frozenset[date]

    @classmethod
    def read(cls, path: Path) -> Calendar:
        years = tomllib.loads(path.read_text("utf-8"))["years"].values()
        return cls(frozenset(d for y in years for d in y["off"]), frozenset(d for y in years for d in y["work"]))

    def working(self, day: date) -> bool:
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def between(self, first: date, last: date) -> list[date]:
        span = (last - first).days + 1
        return [d for d in (first + timedelta(n) for n in range(span)) if self.working(d)]

    def after(self, day: date, count: int) -> date:
        """The working day `count` working days after `day`; 0 is the day itself."""
        while count:
            day += timedelta(1)
            count -= self.working(day)
        return day


@dataclass
class Ledger:
    """One programme's rows while they are being made: kind → rows, told ones first."""

    plan: dict[str, Any]
    programme: dict[str, Any]
    departments: list[str]
    calendar: Calendar
    rng: random.Random
    columns: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, kind: str, /, **values: str) -> Row:
        row = dict.fromkeys(self.columns[kind], "") | {"synthetic": "true"} | values
        row["no"] = f"{KINDS[kind]}{len(self.rows[kind]) + 1:03d}"
        self.rows[kind].append(row)
        return row

    def pick(self, options: Sequence[T]) -> T:
        # random() alone is promised to stay the same across versions of Python
        return options[int(self.rng.random() * len(options))]

    def lag(self, step: str) -> int:
        low, high = map(int, self.plan["lags"][step])
        return low + int(self.rng.random() * (high - low + 1))

    def day(self, plan: dict[str, Any]) -> str:
        return self.pick(self.calendar.between(plan["from"], plan["to"])).isoformat()

    def batch(self, enterprise: str) -> str:
        """The batch of the team that the enterprise is paired with."""
        teams = (row for row in self.rows["teams"] if enterprise in row["enterprises"].split(";"))
        return next((team["batch"] for team in teams), "")

    def generic(self) -> list[str]:
        return [row["name"] for row in self.rows["enterprises"] if row["synthetic"] == "true"]


def enterprises(ledger: Ledger) -> None:
    plan = ledger.plan["enterprises"]
    for n in range(1, plan["total"] - len(ledger.rows["enterprises"]) + 1):
        ledger.add(
            "enterprises",
            name=f"企业{n:03d}",
            tier="key" if n <= plan["key"] else "ordinary",
            industry=ledger.pick(plan["industries"]),
            township=ledger.pick(plan["townships"]),
            registered_at=plan["from"].isoformat(),
        )


def teams(ledger: Ledger) -> None:
    """Share the generic enterprises of the tier out to the generated teams of each plan, in order."""
    for tier in ("key", "ordinary"):
        plans = [plan for plan in ledger.plan.get("teams", []) if plan["tier"] == tier]
        seats = [(plan, n) for plan in plans for n in range(1, plan["total"] + 1)]
        names = [r["name"] for r in ledger.rows["enterprises"] if r["synthetic"] == "true" and r["tier"] == tier]
        for place, (plan, n) in enumerate(seats):
            departments = iter(sorted(ledger.departments, key=lambda _: ledger.rng.random()))
            members = [m.replace("{dept}", next(departments)).format(n=n) if "@" in m else m for m in plan["members"]]
            ledger.add(
                "teams",
                name=plan["name"].format(n=n),
                tier=tier,
                batch=plan.get("batch", ""),
                enterprises=";".join(names[place :: len(seats)]),
                members=";".join(members),
                formed_at=ledger.day(plan),
            )


def visits(ledger: Ledger) -> None:
    for plan in ledger.plan.get("visits", []):
        told = {row["enterprise"] for row in ledger.rows["visits"] if row["mode"] in plan["modes"]}
        for name in ledger.generic()[: plan["total"] - len(told)]:
            ledger.add(
                "visits",
                enterprise=name,
                mode=plan["modes"][0],
                purposes=plan["purposes"],
                visited_at=ledger.day(plan),
                batch=ledger.batch(name),
            )


def issues(ledger: Ledger) -> None:
    for plan in ledger.plan.get("issues", []):
        fixed = {name: plan.get(name, "") for name in ("batch", "jurisdiction")}
        told = [row for row in ledger.rows["issues"] if row["synthetic"] == "false" and fixed.items() <= row.items()]
        names = _raisers(ledger, plan)
        closed = plan["closed"] - sum(bool(row["closed_at"]) for row in told)
        for n, ends in enumerate(_courses(plan, plan["total"] - len(told), closed)):
            kind = ledger.pick(ledger.programme["kinds"])
            row = ledger.add(
                "issues",
                enterprise=names[n] if n < len(names) else ledger.pick(names),
                kind=kind["id"],
                title=f"{kind['zh']}问题（生成示例）",
                lead=ledger.pick(ledger.departments),
                **fixed,
            )
            if "letter" in plan:
                row |= {"letter": plan["letter"].format(n=len(told) + n + 1), "meeting": plan["meeting"]}
            row |= _climb(ledger, ends) if isinstance(ends, dict) else _course(ledger, plan, closed=ends == "closed")
            row["lead"] = row["lead"] if row["assigned_at"] else ""


def _raisers(ledger: Ledger, plan: dict[str, Any]) -> list[str]:
    """The generic enterprises that raise these issues: those of the batch's teams if it has teams, else the first."""
    names = [name for name in ledger.generic() if "batch" in plan and ledger.batch(name) == plan["batch"]]
    names = names or ledger.generic()
    return names[: plan.get("raisers")]


def _courses(plan: dict[str, Any], total: int, closed: int) -> Iterator[Any]:
    climbing = plan.get("climb", [])
    yield from climbing
    yield from ["closed"] * closed
    yield from ["open"] * (total - closed - len(climbing))


def _course(ledger: Ledger, plan: dict[str, Any], *, closed: bool) -> Row:
    """Dates of one issue that keeps all its limits: to its close-out, or to where it stands at `until`."""
    until = ledger.plan["until"]
    while True:
        days = _days(ledger, plan, recent=not closed)
        if not closed or days["closed"] <= until:
            break
    stop = STEPS[-1] if closed else ledger.pick(("contacted", "contacted", "planned", "fed_back"))
    if stop == "planned":
        days["planned"] = ledger.calendar.after(days["contacted"], 1)
        days["progressed"] = ledger.calendar.after(days["planned"], 2)
        stop = "contacted"
    kept = {*STEPS[: STEPS.index(stop) + 1], "reported", "planned", "progressed"}
    return _cells(ledger, {step: day for step, day in days.items() if step in kept and day <= until})


def _days(ledger: Ledger, plan: dict[str, Any], *, recent: bool) -> dict[str, date]:
    calendar = ledger.calendar
    reported = calendar.between(plan["from"], plan["to"])
    days = {"reported": ledger.pick(reported[-plan["recent"] :] if recent else reported)}
    day = days["reported"]
    if "assigned_on" in plan:
        day = days["assigned"] = plan["assigned_on"]
    elif "assigned_from" in plan:
        day = days["assigned"] = ledger.pick(calendar.between(plan["assigned_from"], ledger.plan["until"]))
    for step in STEPS:
        if step in ledger.plan["lags"]:
            day = days[step] = calendar.after(day, ledger.lag(step))
    return days


def _climb(ledger: Ledger, ends: dict[str, date]) -> Row:
    """A generic unit that misses: received, contacted late or not at all, so that the case climbs the ladder."""
    reported = ledger.calendar.between(ends["received"] - timedelta(21), ends["received"])[-6]
    return _cells(ledger, {"reported": reported, "assigned": ends["received"], **ends})


def _cells(ledger: Ledger, days: dict[str, date]) -> Row:
    row = {f"{step}_at": day.isoformat() for step, day in days.items()}
    if "planned" in days:
        row["milestones"] = f"完成@{ledger.plan.get('milestones', days['planned'] + timedelta(60)).isoformat()}"
    if "result" in days:
        row["outcome"] = ledger.pick(OUTCOMES)
        row["policy"] = "现行政策（生成示例）" if row["outcome"] == "explained" else ""
    if "fed_back" in days and ledger.programme["verification"]["copy_to_office"]:
        row["copied_to_office"] = "true"
    if "verified" in days:
        row["satisfaction"] = ledger.pick(SATISFACTION)
    return row


def services(ledger: Ledger) -> None:
    for plan in ledger.plan.get("services", []):
        told = [row for row in ledger.rows["services"] if row["kind"] == plan["kind"]]
        counts = _shares(plan["count"] - sum(int(row["count"]) for row in told), plan["rows"], 1)
        amount = plan.get("amount", 0) - sum(int(row["amount"] or 0) for row in told)
        amounts = _shares(amount, plan["rows"], plan.get("step", 1))
        for count, amount in zip(counts, amounts, strict=True):
            name = ledger.pick(ledger.generic())
            ledger.add(
                "services",
                enterprise=name,
                unit=ledger.pick(ledger.departments),
                kind=plan["kind"],
                count=str(count),
                amount=str(amount) if "amount" in plan else "",
                batch=ledger.batch(name),
                recorded_at=ledger.day(plan),
            )


def _shares(total: int, rows: int, step: int) -> list[int]:
    """`total` in `rows` parts: equal but for a step to and fro, the last takes what is left over."""
    base = total // rows // step * step
    parts = [base + (step * (n % 3 - 1) if step > 1 else 0) for n in range(rows - 1)]
    return [*parts, total - sum(parts)]


def fill(folder: Path, plan: dict[str, Any], calendar: Calendar) -> None:
    directory = tomllib.loads((folder / "directory.toml").read_text("utf-8"))
    departments = [u["name"] for u in directory["units"] if u.get("synthetic") and u["kind"] == "department"]
    programme = tomllib.loads((folder / "programme.toml").read_text("utf-8"))
    ledger = Ledger(plan, programme, departments, calendar, random.Random(plan["seed"]))
    for kind in (kind for kind in KINDS if (folder / f"{kind}.csv").exists()):
        with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            ledger.columns[kind] = list(reader.fieldnames or ())
            ledger.rows[kind] = [row for row in reader if row["synthetic"] == "false"]
    for make in (enterprises, teams, visits, issues, services):
        make(ledger)
    for kind, rows in ledger.rows.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ledger.columns[kind], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def main(names: Sequence[str]) -> None:
    plans = tomllib.loads((HERE / "generate.toml").read_text("utf-8"))
    calendar = Calendar.read(HERE / "calendars" / "cn.toml")
    for name in names or plans:
        fill(HERE / name, plans[name], calendar)


if __name__ == "__main__":
    main(sys.argv[1:])
