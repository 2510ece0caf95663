"""Random histories of returns: raters who work on one machine or two, and hand in bit by bit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import select

from evaldesk.domain.exchange import Brought, CarriedRow, MergeCount, PackageItem, PackageRecord
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.storage import portable_rows, rounds
from evaldesk.storage import tables as t
from evaldesk.storage.answers import UNREPLACED, standing_in
from evaldesk.storage.packages import signed_members
from evaldesk.storage.project import Project

RUBRIC = Rubric.from_json(
    {
        "name": "Support",
        "criteria": [{"name": name, "scale": {"kind": "binary"}} for name in ("success", "safe")],
    }
)
ITEMS = 3
ROUNDS = ("Pilot", "Main")


@dataclass
class Return:
    """Everything that one machine of one rater did so far."""

    package: str
    rater: str
    round: str
    rows: list[CarriedRow]


@dataclass
class History:
    """What happened, and what the returns of it are."""

    returns: list[Return]
    raters: list[str]
    forked: bool
    rows: dict[str, CarriedRow] = field(default_factory=dict)


def prepare(project: Project) -> None:
    """Three traces, two rounds, and packages of both with opaque ids."""
    with project.ingest("made") as writer:
        writer.run("run", system="s", dataset="", details={})
        for number in range(ITEMS):
            record = TraceRecord(Scenario(key=f"k{number}", input=f"Q{number}"), {"messages": []})
            writer.add(record, "run")
        writer.finish("")
    project.rubrics.save(RUBRIC, "Olga")
    pks = list(project.traces.ids(TraceQuery()))
    for name in ROUNDS:
        items = [RoundItem(pk, ("Ada",)) for pk in pks]
        project.rounds.start(RoundDraft(name, "main", "Support", ("Ada",), items), "Olga")
        project.packages.record(
            record_of(f"package-{name}", "sent"),
            [PackageItem(f"{name}-item-{place}", pk) for place, pk in enumerate(pks)],
        )


def record_of(package: str, direction: Any) -> PackageRecord:
    return PackageRecord(package, direction, "return", "{}", "", "", "Olga")


def history(random: Random, tag: str, round_ids: dict[str, str], version: str) -> History:
    """One or two raters; each works on one or two machines in one or both rounds.

    Args:
        tag: makes names and ids unlike those of other histories.
    """
    clock = random.randrange(10**6)
    made = History([], [], False)
    for number in range(random.randint(1, 2)):
        rater = f"{tag}-rater-{number}"
        made.raters.append(rater)
        for name in random.sample(ROUNDS, random.randint(1, 2)):
            machines = random.choice((1, 1, 2))
            made.forked |= machines == 2
            for machine in range(machines):
                rows: list[CarriedRow] = []
                last: dict[tuple[str, str], str] = {}
                for step in range(random.randint(1, 6)):
                    clock += random.randint(0, 2)
                    item = f"{name}-item-{random.randrange(ITEMS)}"
                    identity = _id(tag, number, name, machine, step)
                    common = {
                        "id": identity,
                        "trace": item,
                        "rubric": "Support",
                        "rater": rater,
                        "created_at": f"2026-01-{1 + clock // 86400 % 28:02}T00:00:{clock:08}Z",
                        "round": round_ids[name],
                        "reading": 0,
                    }
                    if random.random() < 0.7:
                        field_ = random.choice(("success", "safe"))
                        content = {
                            **common,
                            "version": version,
                            "field": field_,
                            "value": random.choice(('"yes"', '"no"', None)),
                            "comment": "",
                            "supersedes": last.get((item, field_)),
                            "source": "",
                        }
                        last[item, field_] = identity
                        rows.append(CarriedRow("answer", content))
                    else:
                        state = random.choice(("submitted", "reopened", "skipped"))
                        content = {**common, "state": state, "note": ""}
                        rows.append(CarriedRow("submission", content))
                made.rows |= {str(row.content["id"]): row for row in rows}
                ends = random.sample(range(1, len(rows) + 1), 1)
                for end in {*ends, len(rows)}:
                    package = f"{tag}-{number}-{name}-{machine}-{end}"
                    made.returns.append(Return(package, rater, name, in_order(rows[:end])))
    return made


def in_order(rows: Sequence[CarriedRow]) -> list[CarriedRow]:
    """As a return holds them: table by table."""
    return [row for table in ("answer", "submission") for row in rows if row.table == table]


def _id(tag: str, *parts: Any) -> str:
    import hashlib

    return hashlib.sha256(f"{tag} {parts}".encode()).hexdigest()


def bring(project: Project, one: Return, newer: bool = False) -> MergeCount:
    return project.packages.merge(
        Brought(record_of(one.package, "merged"), f"package-{one.round}", one.rows),
        "Olga",
        lambda *_: True,
        newer=newer,
        dry_run=False,
    )


def state(project: Project, made: History) -> dict[str, Any]:
    """Everything that these raters did, as they signed it, and what stands of it."""
    told: dict[str, Any] = {}
    answers, rater = t.answer, t.person.c.name
    with project.database.read() as connection:
        for table in ("answer", "submission"):
            ids = sorted(one for one, row in made.rows.items() if row.table == table)
            signed = signed_members(connection, table, ids)
            told[table] = [
                portable_rows.row_hash({**content, **signed[content["id"]]}).hex()
                for content in portable_rows.by_id(connection, table, ids)
            ]
        pks = {name: rounds.locate(connection, name) for name in ROUNDS}
        mine = select(answers.c.id).join(t.person, t.person.c.pk == answers.c.rater_pk)
        mine = mine.where(rater.in_(made.raters))
        for name, stands in {
            "overall": UNREPLACED,
            **{name: standing_in(pk) for name, pk in pks.items()},
        }.items():
            told[name] = sorted(connection.execute(mine.where(stands)).scalars())
    for person in made.raters:
        for name in ("", *ROUNDS):
            told[f"{person} {name}"] = project.ratings.progress("Support", person, round=name)
    return told


def facts(project: Project) -> tuple[dict[str, str], str]:
    """Round ids by name, and the id of the rubric's version."""
    return (
        {one.name: one.id for one in project.rounds.all()},
        project.rubrics.version_id("Support", 1),
    )


def same_in_any_order(
    random: Random, one: Project, two: Project, made: History, newer: bool = False
) -> None:
    """Merge into both projects, each in an order of its own, some files twice."""
    for project in (one, two):
        order = [*made.returns, *random.choices(made.returns, k=random.randint(0, 3))]
        random.shuffle(order)
        for each in order:
            bring(project, each, newer)
    assert state(one, made) == state(two, made)
