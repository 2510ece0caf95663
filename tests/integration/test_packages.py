"""Assignments out and back: blind, bound, merged as a union, and refused where anything is off."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from evaldesk.credentials.identities import Identity, IdentityStore
from evaldesk.credentials.sealed_file import Cost
from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.errors import EvalDeskError, InputError, NotAllowedError, UsageError
from evaldesk.domain.identifiers import canonical_json, new_id, now
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem, RoundRules
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Annotation, Scenario, Score, TraceBody, TraceRecord
from evaldesk.exchange import container
from evaldesk.services.labelling import review
from evaldesk.services.labelling.undo import SUBMISSION, Step
from evaldesk.services.packages import merging, sending, working
from evaldesk.services.packages.files import new_packages
from evaldesk.services.privacy.leaving import set_policy
from evaldesk.services.privacy.redaction import profiles
from evaldesk.services.projects.encryption import unlock_with
from evaldesk.services.projects.identities import revoke, trust
from evaldesk.services.projects.opening import open_project, verify_open
from evaldesk.services.reading import highlights
from evaldesk.services.reading.passages import passages_of
from evaldesk.services.rounds import queue as round_queue
from evaldesk.storage.deletion import delete_texts
from evaldesk.storage.project import Project

RUBRIC = Rubric.from_json(
    {
        "name": "Support",
        "criteria": [
            {"name": "success", "scale": {"kind": "binary"}},
            {"name": "why", "scale": {"kind": "text"}, "required": False},
        ],
        "failure_modes": [{"name": "late"}],
    }
)
SECRETS = (
    *("secret-run", "secret-system", "secret-model", "secret-call", "secret-meta", "secret-span"),
    *("secret-judge", "secret-note", "secret-plan", "secret-gold", "Bo", "2026-03-04"),
)
"""What no rater may find in their package."""


@dataclass
class Desk:
    """An owner's project with a round, and the people of it."""

    folder: Path
    project: Project
    people: dict[str, Identity]

    def send(self, rater: str, name: str = "") -> Path:
        out = self.folder / f"{name or rater}.evalpack"
        reader = self.project.trust.of_name(rater)
        sending.send(self.project, "Pilot", rater, reader, out, self.people["Olga"])
        return out

    def open(self, package: Path, rater: str, place: str = "") -> Project:
        path = self.folder / f"{place or package.stem}.evaldesk"
        working.open_package(package, path, self.people[rater], encrypted=False)
        made = open_project(path)
        made.signer = self.people[rater]
        return made

    def back(self, project: Project, rater: str, name: str) -> Path:
        out = self.folder / f"{name}.evalpack"
        working.give_back(project, out, self.people[rater])
        return out

    def merge(self, *files: Path, **how: bool) -> merging.MergeReport:
        return merging.merge(self.project, files, self.people["Olga"], "Olga", **how)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    store = IdentityStore(tmp_path_factory.mktemp("identities"), Cost(64, 1))
    names = ("Olga", "Ada", "Bo", "Eve")
    return {name: store.make(name, lambda _: "x", in_file=True) for name in names}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, Identity]) -> Path:
    path = tmp_path_factory.mktemp("template") / "p.evaldesk"
    with Project.create(path) as made:
        fill(made, keys)
    return path


@pytest.fixture
def desk(tmp_path: Path, template: Path, keys: dict[str, Identity]) -> Iterator[Desk]:
    path = tmp_path / "p.evaldesk"
    shutil.copy(template, path)
    with Project.open(path) as project:
        project.signer = keys["Olga"]
        yield Desk(tmp_path, project, keys)


def fill(project: Project, people: dict[str, Identity]) -> None:
    with project.ingest("made") as writer:
        for system in ("one", "two"):
            run = f"secret-run-{system}"
            writer.run(run, system=f"secret-system-{system}", dataset="", details={})
            for number in range(3):
                body: TraceBody = {
                    "messages": [
                        {"role": "user", "parts": [{"type": "text", "content": f"Q {number}"}]},
                        {
                            "role": "assistant",
                            "model": "secret-model",
                            "name": "secret-system-one",
                            "finish_reason": "secret-meta",
                            "started_at": "2026-03-04T00:00:00Z",
                            "metadata": {"x": "secret-meta"},
                            "parts": [
                                {"type": "text", "content": f"A {system}"},
                                {
                                    "type": "tool_call",
                                    "id": f"secret-call-{system}",
                                    "name": "lookup",
                                    "arguments": {"n": 12345678901234567890123},
                                },
                            ],
                        },
                        {
                            "role": "tool",
                            "parts": [
                                {
                                    "type": "tool_call_response",
                                    "id": f"secret-call-{system}",
                                    "response": "found",
                                }
                            ],
                        },
                    ],
                    "spans": [
                        {
                            "name": "secret-span",
                            "kind": "llm",
                            "id": "secret-span-1",
                            "model": "secret-model",
                            "started_at": "2026-03-04T00:00:00Z",
                            "attributes": {"x": "secret-meta"},
                        }
                    ],
                    "metadata": {"x": "secret-meta"},
                }
                scenario = Scenario(f"k{number}", f"Q {number}", metadata={"x": "secret-meta"})
                record = TraceRecord(
                    scenario,
                    body,
                    system=f"secret-system-{system}",
                    started_at="2026-03-04T00:00:00Z",
                    cost=0.123,
                    scores={"secret-judge": Score(1.0, explanation="secret-judge")},
                    annotations=(Annotation("secret-judge", label="good"),),
                )
                writer.add(record, run)
        writer.finish("")
    project.rubrics.save(replace(RUBRIC, guidance="earlier"), "Olga")
    project.rubrics.save(RUBRIC, "Olga")
    pks = list(project.traces.ids(TraceQuery()))
    roles: Any = ("sample", "gold", "certain", "calibration", "sample", "oversampled")
    items = [
        RoundItem(
            pk,
            ("Ada", "Bo"),
            role=role,
            stratum="secret-plan",
            repeats=("Ada",) if place == 0 else (),
        )
        for place, (pk, role) in enumerate(zip(pks, roles, strict=True))
    ]
    rules = RoundRules(pass_mark=0.5, feedback=True)
    draft = RoundDraft(
        "Pilot", "main", "Support", ("Ada", "Bo"), items, rules, {"x": "secret-plan"}, "secret-plan"
    )
    project.rounds.start(draft, "Olga")
    for pk in pks:
        project.ratings.answer(pk, "Support", "why", "Bo", "secret-note", round="Pilot")
        project.rulings.append(pk, "Support", "success", "other", "no", "secret-gold", "Olga")
        project.notes.add(pk, "Bo", "note", text="secret-note")
    for name in ("Ada", "Bo"):
        trust(project, people[name].signed_card, "reviewer", "Olga")


def rate(
    project: Project,
    rater: str,
    value: str = "yes",
    only: int | None = None,
    round: str = "Pilot",
) -> None:
    queue = round_queue.round_queue(project, round, rater)
    for place, item in enumerate(queue.pks[:only]):
        given = value if value != "mixed" else ("yes", "no")[place % 2]
        step = Step(item, "success", None, given)
        review.apply(project, queue.rubric, rater, step, round=round)
        step = Step(item, SUBMISSION, "draft", "submitted")
        review.apply(project, queue.rubric, rater, step, round=round)
        project.notes.add(item, rater, "note", text=f"note {place}")


def mark(project: Project, rater: str) -> None:
    """A highlight and a stretch of work, on the first item."""
    pk = round_queue.round_queue(project, "Pilot", rater).pks[0]
    trace = project.traces.read(pk)
    passages = passages_of(trace)
    first = passages[0]
    made = highlights.make(
        *(trace, passages, first.step, first.key, 0, 1),
        author=rater,
        kind="label",
        label="odd",
        round="Pilot",
    )
    project.highlights.put(made)
    project.work_times.spent(pk, "Support", rater, 4000, round="Pilot")


def dump(project: Project) -> Iterator[str]:
    """Every row of every table."""
    with project.database.read() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        for name in sorted(names.scalars()):
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}" '):
                yield f"{name} {tuple(row)}"


def digest(project: Project) -> str:
    """Of everything in the file."""
    found = hashlib.sha256()
    for line in dump(project):
        found.update(line.encode())
    return found.hexdigest()


def contents(project: Project) -> str:
    text = "\n".join(dump(project))
    bodies = (
        str(trace.to_json()) for trace in project.traces.whole(project.traces.ids(TraceQuery()))
    )
    return "\n".join((text, *bodies))


def test_a_package_holds_one_assignment_and_nothing_of_anybody_else(desk: Desk) -> None:
    package = desk.send("Ada")
    opened = container.unsealed(package.read_bytes(), desk.people["Ada"])
    inside = opened.manifest_bytes + b"".join(opened.members.values())
    for secret in SECRETS:
        assert secret.encode() not in inside, secret
    for word in (b"gold", b"repeat", b"stratum", b"reading", b"probability", b"0.123"):
        assert word not in inside, word
    with desk.open(package, "Ada") as project:
        told = contents(project)
        for secret in SECRETS:
            assert secret not in told, secret
        queue = round_queue.round_queue(project, "Pilot", "Ada")
        assert len(queue) == 7
        assert queue.rubric == RUBRIC.numbered(2)
        assert all(pk > 0 for pk in queue.pks)
        assert project.rounds.get("Pilot").id == desk.project.rounds.get("Pilot").id
        assert verify_open(project).ok
        trace = project.traces.read(queue.pks[0])
        (call,) = [
            p for m in trace.body["messages"] for p in m["parts"] if p["type"] == "tool_call"
        ]
        assert call["arguments"] == {"n": 12345678901234567890123}
        spans = trace.body["spans"]
        assert spans[0]["started_at"].startswith("2000-01-01")


def test_what_the_system_says_of_itself_is_told_to_the_sender(desk: Desk) -> None:
    reader = desk.project.trust.of_name("Ada")
    plan = sending.plan_sending(desk.project, "Pilot", "Ada", reader)
    assert (plan.items, plan.repeats, plan.mentions) == (7, 1, ())
    assert set(plan.left_out) == {"pass_mark", "feedback"}
    assert plan.sent_before == ()
    desk.send("Ada")
    assert len(sending.plan_sending(desk.project, "Pilot", "Ada", reader).sent_before) == 1


def test_a_redaction_is_applied_and_named(desk: Desk) -> None:
    with desk.project.ingest("made") as writer:
        writer.run("mail", system="s", dataset="", details={})
        said = "Write to ada.lovelace@example.org, please."
        part = {"type": "text", "content": said}
        body: Any = {"messages": [{"role": "user", "parts": [part]}]}
        writer.add(TraceRecord(Scenario("mail", said), body), "mail")
        writer.finish("")
    (pk,) = desk.project.traces.ids(TraceQuery(run="mail"))
    item = RoundItem(pk, ("Ada",))
    named = "Mail of ada.lovelace@example.org"
    desk.project.rounds.start(RoundDraft(named, "main", "Support", ("Ada",), [item]), "Olga")
    out = desk.folder / "r.evalpack"
    reader, olga = desk.project.trust.of_name("Ada"), desk.people["Olga"]
    set_policy(desk.project, "refuse", "Olga")
    with pytest.raises(NotAllowedError, match="redacted"):
        sending.send(desk.project, named, "Ada", reader, out, olga)
    name = next(iter(profiles(desk.project)))
    sending.send(desk.project, named, "Ada", reader, out, olga, name)
    opened = container.unsealed(out.read_bytes(), desk.people["Ada"])
    assert opened.manifest.content["redaction"] == {"profile": name}
    assert b"lovelace" not in opened.manifest_bytes + b"".join(opened.members.values())
    with desk.open(out, "Ada") as project:
        (there,) = project.rounds.all()
        rate(project, "Ada", round=there.name)
        back = desk.back(project, "Ada", "back")
    assert desk.merge(back).added == 3


def test_answers_come_home_to_their_traces_and_repeats(desk: Desk) -> None:
    with desk.open(desk.send("Ada"), "Ada") as project:
        rate(project, "Ada", "mixed")
        back = desk.back(project, "Ada", "back")
        assert working.plan_return(project).submitted == 7
    before = digest(desk.project)
    tried = desk.merge(back, dry_run=True)
    assert (tried.added, tried.already_there, tried.verified) == (21, 0, 1)
    assert digest(desk.project) == before
    report = desk.merge(back)
    assert (report.added, report.already_there, report.conflicts) == (21, 0, ())
    assert report.files[0].comes == {"answer": 7, "submission": 7, "note": 7}
    assert report.files[0].events > 0
    for reading, count in ((0, 6), (1, 1)):
        done = desk.project.ratings.progress("Support", "Ada", round="Pilot", reading=reading)
        assert [state for state, _ in done.values()] == ["submitted"] * count
    assert verify_open(desk.project).ok
    after = digest(desk.project)
    for _ in range(2):
        again = desk.merge(back, back)
        assert (again.added, again.already_there, again.exit_code) == (0, 42, 0)
    assert digest(desk.project) == after


def test_work_comes_back_bit_by_bit_and_an_old_return_adds_nothing(desk: Desk) -> None:
    with desk.open(desk.send("Ada"), "Ada") as project:
        rate(project, "Ada", "no", only=2)
        first = desk.back(project, "Ada", "first")
        rate(project, "Ada", "yes")
        second = desk.back(project, "Ada", "second")
    assert desk.merge(second).added > 0
    after = digest(desk.project)
    assert desk.merge(first).added == 0
    assert digest(desk.project) == after
    answers = desk.project.ratings.table("Support", "success", round="Pilot")
    assert [row["Ada"] for row in answers.values] == ["yes"] * 6


def test_two_machines_of_one_rater_are_a_conflict_and_nothing_is_lost(desk: Desk) -> None:
    package = desk.send("Ada")
    backs = []
    for name, value in (("laptop", "no"), ("desktop", "yes")):
        with desk.open(package, "Ada", name) as project:
            rate(project, "Ada", value)
            backs.append(desk.back(project, "Ada", f"{name}-back"))
    report = desk.merge(*reversed(backs))
    assert report.exit_code == 1
    assert len(report.conflicts) == 7
    assert {(one.stands, one.others[0][0]) for one in report.conflicts} == {("yes", "no")}
    answers = desk.project.ratings.table("Support", "success", round="Pilot")
    assert [row["Ada"] for row in answers.values] == ["yes"] * 6
    assert verify_open(desk.project).ok
    chosen = desk.project.packages.conflicts()[0]
    desk.project.packages.decide(chosen, chosen.rows[1], "Olga", "the laptop was right")
    assert len(desk.project.packages.conflicts()) == 6
    assert desk.merge(*backs, newer=True, dry_run=True).exit_code == 0
    assert desk.merge(*backs).exit_code == 1
    settled = desk.merge(*backs, newer=True)
    assert (settled.exit_code, len(settled.conflicts)) == (0, 6)
    assert all(one.decided for one in settled.conflicts)
    again = desk.merge(*backs)
    assert (again.exit_code, again.conflicts) == (0, ())
    answers = desk.project.ratings.table("Support", "success", round="Pilot")
    values = [row["Ada"] for row in answers.values]
    assert sorted(values) in (["no", *["yes"] * 5], ["yes"] * 6)  # it may be the hidden repeat's
    assert verify_open(desk.project).ok


# -- what is refused


def resealed(
    desk: Desk, back: Path, who: str, change: Callable[[Any, dict[str, Any]], None]
) -> Path:
    """The return with something changed, signed by somebody and sealed to the owner."""
    opened = container.unsealed(back.read_bytes(), desk.people["Ada"])
    rows = [orjson.loads(line) for line in opened.members["rows.jsonl"].splitlines()]
    events = opened.members["events.jsonl"]
    data: dict[str, Any] = {
        "manifest": opened.manifest,
        "rows": rows,
        "events": events,
        "members": {},
    }
    change(rows, data)
    members = {
        "rows.jsonl": b"".join(canonical_json(row) + b"\n" for row in data["rows"]),
        "events.jsonl": events,
        **data["members"],
    }
    signer = desk.people[who]
    manifest = replace(data["manifest"], sender=signer.signed_card, members=())
    out = desk.folder / f"{new_id()}.evalpack"
    out.write_bytes(container.seal(manifest, members, signer, [desk.people["Olga"].card.seal_key]))
    return out


def put(name: str, value: object, table: str = "answer") -> Callable[[Any, Any], None]:
    def change(rows: Any, _: Any) -> None:
        next(row for row in rows if row["table"] == table)["row"][name] = value

    return change


def content(**said: object) -> Callable[[Any, dict[str, Any]], None]:
    def change(_: Any, data: dict[str, Any]) -> None:
        manifest = data["manifest"]
        data["manifest"] = replace(manifest, content={**manifest.content, **said})

    return change


def a_ruling(rows: Any, _: Any) -> None:
    row = dict(rows[0]["row"])
    for name in ("field", "comment", "round", "reading", "source", "rater"):
        row.pop(name)
    row |= {"criterion": "success", "kind": "other", "reason": "r", "author": "Ada", "id": new_id()}
    rows.append({"table": "ruling", "row": row})


def a_stranger(rows: Any, _: Any) -> None:
    rows.append({"table": "trust", "row": {"id": new_id()}})


def twice(rows: Any, _: Any) -> None:
    rows.append(rows[0])


def no_events(_: Any, data: dict[str, Any]) -> None:
    data["members"]["events.jsonl"] = b"{}\n"


def log(*events: AuditEvent) -> Callable[[Any, dict[str, Any]], None]:
    """Entries behind those that are there; each gets the chain, and the place, that it lacks."""

    def change(_: Any, data: dict[str, Any]) -> None:
        lines = data["events"].splitlines()
        last = AuditEvent(**orjson.loads(lines[-1]))
        for event in events:
            if not event.chain:
                event = replace(event, chain=last.chain, number=last.number + 1, before=last.hash)
                last = event
            lines.append(canonical_json(working.event_json(event)))
        data["members"]["events.jsonl"] = b"\n".join(lines)

    return change


def raw_log(raw: bytes) -> Callable[[Any, dict[str, Any]], None]:
    def change(_: Any, data: dict[str, Any]) -> None:
        data["members"]["events.jsonl"] = raw

    return change


def raw_rows(raw: bytes) -> Callable[[Any, dict[str, Any]], None]:
    def change(_: Any, data: dict[str, Any]) -> None:
        data["members"]["rows.jsonl"] = raw

    return change


def said(kind: str, author: str, body: dict[str, Any] | None = None, chain: str = "") -> AuditEvent:
    return AuditEvent(new_id(), chain, 1, now(), kind, author, body or {}, "")


def lies(rows: Any, data: dict[str, Any]) -> None:
    """An entry that says of rows of one's own what they do not say."""
    ids = [rows[0]["row"]["id"]]
    told = {"answer": {"count": 1, "ids": ids, "sha256": "0" * 64}}
    log(said("rating.answered", "Ada", {"rows": told}))(rows, data)


def at(when: str) -> Callable[[Any, dict[str, Any]], None]:
    def change(_: Any, data: dict[str, Any]) -> None:
        data["manifest"] = replace(data["manifest"], created_at=when)

    return change


REFUSED: dict[str, tuple[str, Callable[[Any, dict[str, Any]], None], str, int]] = {
    "somebody else signed": ("Eve", lambda *_: None, "sent to Ada", 5),
    "another rater signed": ("Bo", lambda *_: None, "sent to Ada", 5),
    "in another's name": ("Ada", put("rater", "Bo"), "in the name of Bo", 5),
    "a note in another's name": ("Ada", put("author", "Bo", "note"), "in the name of Bo", 5),
    "not assigned": ("Ada", put("trace", "0" * 64), "not assigned", 5),
    "another round": ("Ada", put("round", new_id()), "another round", 5),
    "another rubric": ("Ada", put("rubric", "Tone"), "another rubric", 5),
    "another version": ("Ada", put("version", "0" * 64), "another version", 3),
    "a repeat made up": ("Ada", put("reading", 1), "repeat", 5),
    "off the scale": ("Ada", put("value", '"maybe"'), "rubric has", 3),
    "no JSON": ("Ada", put("value", "{"), "cannot be read", 3),
    "another spelling": ("Ada", put("value", ' "yes"'), "rubric has", 3),
    "no such criterion": ("Ada", put("field", "price"), "rubric has", 3),
    "no such state": ("Ada", put("state", "gold", "submission"), "state", 3),
    "no id": ("Ada", put("id", "../../x"), "no id", 3),
    "no time": ("Ada", put("created_at", "today"), "no time", 3),
    "supersedes a stranger": ("Ada", put("supersedes", new_id()), "did not come", 3),
    "more members": ("Ada", put("evil", 1), "other members", 3),
    "another kind": ("Ada", put("comment", 7), "another kind", 3),
    "too long": ("Ada", put("comment", "x" * 1_000_001), "too long", 3),
    "a ruling": ("Ada", a_ruling, "reviewer may not", 5),
    "trust": ("Ada", a_stranger, "reviewer may not", 5),
    "twice the same": ("Ada", twice, "twice", 3),
    "a broken log": ("Ada", no_events, "log", 3),
    "no log": ("Ada", raw_log(b""), "log is missing", 3),
    "an entry in another's name": ("Ada", log(said("ruling.given", "Olga")), "name of Olga", 5),
    "another's log": ("Ada", log(said("x", "Bo", chain=new_id())), "logs of other files", 5),
    "a log that lies": ("Ada", lies, "its own log says", 3),
    "rows that no log knows": ("Ada", put("comment", "better"), "its own log says", 3),
    "rows in an odd shape": ("Ada", log(said("x", "Ada", {"rows": [1]})), "log cannot be", 3),
    "a log too long": ("Ada", log(said("x", "Ada", {"x": "x" * 1_000_001})), "too long", 3),
    "a deep log": ("Ada", raw_log(b"[" * 100_000), "cannot be read", 3),
    "deep rows": ("Ada", raw_rows(b"[" * 100_000), "cannot be read", 3),
    "half a character": (
        *("Ada", raw_rows(b'{"table":"answer","row":{"id":"\\ud800"}}')),
        *("in the name of", 5),
    ),
    "half a character said": ("Ada", put("comment", "\ud800"), "another kind", 3),
    "a list for a trace": ("Ada", put("trace", []), "not assigned", 5),
    "a day that is none": ("Ada", put("created_at", "2026-02-31T00:00:00Z"), "no time", 3),
    "a time of other hours": ("Ada", put("created_at", "2026-02-01T00:00:00+09:00"), "no time", 3),
    "signed on no day": ("Ada", at("tomorrow"), "when it was signed", 3),
    "a note of no kind": ("Ada", put("kind", "gold", "note"), "no note", 3),
    "a note nowhere": ("Ada", put("message", -2, "note"), "no note", 3),
    "work before it began": ("Ada", put("active_ms", -1, "work_time"), "nobody can have", 3),
    "work without an end": ("Ada", put("active_ms", 10**12, "work_time"), "nobody can have", 3),
    "a mark of no kind": ("Ada", put("kind", "gold", "highlight"), "no highlight", 3),
    "a mark of no severity": ("Ada", put("severity", "S9", "highlight"), "no highlight", 3),
    "a mark before it begins": ("Ada", put("stop", -1, "highlight"), "no highlight", 3),
    "a mark of another's": ("Ada", put("root", new_id(), "highlight"), "no highlight", 3),
    "another package": ("Ada", content(assignment=new_id()), "did not send", 3),
    "another assignment": ("Ada", content(assignment_sha256="0" * 64), "another version", 3),
}


@pytest.fixture
def back(desk: Desk) -> Path:
    with desk.open(desk.send("Ada"), "Ada") as project:
        rate(project, "Ada")
        mark(project, "Ada")
        return desk.back(project, "Ada", "back")


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.replace(" ", "-"))
def test_a_forged_return_is_refused_and_nothing_changes(desk: Desk, back: Path, case: str) -> None:
    who, change, words, code = REFUSED[case]
    forged = resealed(desk, back, who, change)
    before = digest(desk.project)
    report = desk.merge(forged)
    assert words in report.files[0].rejected
    assert (report.exit_code, report.added, report.verified) == (code, 0, 0)
    assert digest(desk.project) == before
    assert desk.merge(back).added == 23


def test_the_same_id_cannot_say_something_else_later(desk: Desk, back: Path) -> None:
    desk.merge(back)
    before = digest(desk.project)
    report = desk.merge(resealed(desk, back, "Ada", put("value", '"no"')))
    assert "says something else" in report.files[0].rejected
    assert digest(desk.project) == before


def test_an_adjudicator_may_bring_rulings(desk: Desk) -> None:
    ada = desk.people["Ada"]
    trust(desk.project, ada.signed_card, "adjudicator", "Olga")
    with desk.open(desk.send("Ada"), "Ada") as project:
        queue = round_queue.round_queue(project, "Pilot", "Ada")
        project.rulings.append(queue.pks[0], "Support", "success", "other", "yes", "why", "Ada")
        back = desk.back(project, "Ada", "ruled")
    assert desk.merge(back).files[0].added == {"ruling": 1}
    (told,) = desk.project.packages.conflicts()
    assert (told.table, told.stands, told.others[0][0]) == ("ruling", "yes", "no")
    for name, value in (("kind", "guess"), ("reason", ""), ("value", None), ("criterion", "x")):
        forged = resealed(desk, back, "Ada", put(name, value, "ruling"))
        assert desk.merge(forged).files[0].rejected
    assert verify_open(desk.project).ok


def test_revoked_and_unknown_keys_are_refused(desk: Desk, back: Path) -> None:
    with Project.open(desk.folder / "Ada.evaldesk") as project:
        rate(project, "Ada", "no")
        revoke(desk.project, "Ada", "Olga", "left")
        time.sleep(0.002)
        late = desk.back(project, "Ada", "late")
    before = digest(desk.project)
    report = desk.merge(late)
    assert "revoked" in report.files[0].rejected
    assert report.exit_code == 5
    assert digest(desk.project) == before
    assert desk.merge(back).added == 23
    revoke(desk.project, "Ada", "Olga", "stolen", compromised=True)
    assert "compromised" in desk.merge(back).files[0].rejected
    assert desk.project.ratings.progress("Support", "Ada", round="Pilot")


def test_packages_go_to_their_addressee_only(desk: Desk, back: Path) -> None:
    package = desk.folder / "Ada.evalpack"
    for name in ("Eve", "Bo", "Olga"):
        with pytest.raises(NotAllowedError):
            working.open_package(package, desk.folder / "x.evaldesk", desk.people[name])
    assert not (desk.folder / "x.evaldesk").exists()
    place = desk.folder / "x.evaldesk"
    with pytest.raises(NotAllowedError, match="another key"):
        working.open_package(package, place, desk.people["Ada"], sender="0123456789abcdef")
    with pytest.raises(InputError, match="brings answers"):
        working.open_package(back, desk.folder / "x.evaldesk", desk.people["Ada"])
    report = desk.merge(package)
    assert "assignment" in report.files[0].rejected
    with Project.create(desk.folder / "other.evaldesk") as other:
        found = merging.merge(other, [back], desk.people["Olga"], "Olga")
        assert "did not send" in found.files[0].rejected
        with pytest.raises(UsageError):
            working.plan_return(other)


def test_nothing_is_sent_to_whom_nobody_trusts_or_where_nothing_is_assigned(desk: Desk) -> None:
    reader = desk.project.trust.of_name("Ada")
    out, olga = desk.folder / "x.evalpack", desk.people["Olga"]
    with pytest.raises(UsageError, match="no items"):
        sending.send(desk.project, "Pilot", "Eve", reader, out, olga)
    gone = revoke(desk.project, "Ada", "Olga", "left")
    with pytest.raises(NotAllowedError, match="revoked"):
        sending.send(desk.project, "Pilot", "Ada", gone, out, olga)
    desk.project.rounds.move("Pilot", "closed", "Olga")
    with pytest.raises(UsageError, match="closed"):
        sending.send(desk.project, "Pilot", "Bo", desk.project.trust.of_name("Bo"), out, olga)
    assert not out.exists()


def test_every_byte_of_a_return_matters_to_the_project(desk: Desk, back: Path) -> None:
    raw = back.read_bytes()
    before = digest(desk.project)
    changed = desk.folder / "changed.evalpack"
    for place in range(0, len(raw), max(1, len(raw) // 60)):
        for other in (raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :], raw[:place]):
            changed.write_bytes(other)
            assert desk.merge(changed).files[0].rejected
    assert digest(desk.project) == before


def test_a_project_made_of_a_package_is_sealed_to_its_reader(desk: Desk) -> None:
    path = desk.folder / "sealed.evaldesk"
    ada = desk.people["Ada"]
    working.open_package(desk.send("Ada"), path, ada)
    assert b"SQLite format 3" not in path.read_bytes()
    with pytest.raises(EvalDeskError):
        open_project(path, unlock_with(keyring=False))
    with open_project(path, unlock_with(keyring=False, openers=(ada.unseal,))) as project:
        rate(project, "Ada")
        assert desk.back(project, "Ada", "sealed-back").exists()


def test_an_old_return_does_not_bring_back_what_was_deleted(desk: Desk) -> None:
    """Notes and highlights quote the trace; retention deletes them with it."""
    with desk.open(desk.send("Ada"), "Ada") as project:
        rate(project, "Ada")
        mark(project, "Ada")
        pks = list(project.traces.ids(TraceQuery()))
        project.notes.add(pks[0], "Ada", "note", text="It said Canary-77.")
        back = desk.back(project, "Ada", "back")
    assert desk.merge(back).files[0].added["note"] == 8
    everything = list(desk.project.traces.ids(TraceQuery()))
    delete_texts(desk.project.database, everything, rule="r", reason="law", author="Olga")
    for _ in range(2):
        assert "Canary-77" not in "\n".join(dump(desk.project))
        assert verify_open(desk.project).ok
        report = desk.merge(back)
        assert (report.added, report.exit_code) == (0, 0)


def test_a_folder_is_watched_without_following_links(desk: Desk, back: Path) -> None:
    folder = desk.folder / "shared"
    folder.mkdir()
    shutil.copy(back, folder / "a.evalpack")
    (folder / "b.evalpack").symlink_to(back)
    (folder / "c.evalpack").write_bytes(b"something else")
    (folder / "notes.txt").write_text("x")
    (folder / "d.evalpack").mkdir()
    found = new_packages(folder)
    assert [one.path.name for one in found] == ["a.evalpack"]
    assert new_packages(folder, found) == []
    shutil.copy(back, folder / "e.evalpack")
    assert [one.path.name for one in new_packages(folder, found)] == ["e.evalpack"]
    with pytest.raises(InputError):
        new_packages(folder / "none")


def test_a_file_is_never_written_over(desk: Desk) -> None:
    package = desk.send("Ada")
    raw = package.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        desk.send("Ada")
    link = desk.folder / "Bo.evalpack"
    link.symlink_to(desk.folder / "elsewhere")
    with pytest.raises(InputError, match="exists already"):
        desk.send("Bo")
    assert package.read_bytes() == raw
    assert not (desk.folder / "elsewhere").exists()


MERGER = """
import sys
from pathlib import Path
from evaldesk.credentials.identities import Identity, IdentityStore
from evaldesk.services.packages import merging
from evaldesk.storage.project import Project
folder, project, back = map(Path, sys.argv[1:])
store = IdentityStore(folder)
olga = store.unlock(store.find("Olga"), lambda _: "x")
with Project.open(project) as opened:
    print("ready", flush=True)
    merging.merge(opened, [back], olga, "Olga")
    print("done", flush=True)
"""


def test_a_merge_that_is_killed_is_done_or_not_done(tmp_path: Path) -> None:
    store = IdentityStore(tmp_path / "i", Cost(64, 1))
    people = {n: store.make(n, lambda _: "x", in_file=True) for n in ("Olga", "Ada", "Bo")}
    first = tmp_path / "p.evaldesk"
    with Project.create(first) as project:
        fill(project, people)
        desk = Desk(tmp_path, project, people)
        with desk.open(desk.send("Ada"), "Ada") as reader:
            rate(reader, "Ada")
            rate(reader, "Ada", "no")
            back = desk.back(reader, "Ada", "back")
    counts = set()
    for place in range(6):
        path = tmp_path / f"killed-{place}.evaldesk"
        shutil.copy(first, path)
        command = [sys.executable, "-c", MERGER]
        running = subprocess.Popen(
            [*command, str(tmp_path / "i"), str(path), str(back)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        time.sleep(place * 0.03)
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()
        with Project.open(path) as project:
            assert verify_open(project).ok
            done = len(project.packages.all()) - 1
            answers = len(project.ratings.progress("Support", "Ada", round="Pilot"))
            assert (done, answers) in ((0, 0), (1, 6))
            counts.add(done)
            desk = Desk(tmp_path, project, people)
            desk.merge(back)
            assert len(project.ratings.progress("Support", "Ada", round="Pilot")) == 6
            assert desk.merge(back).added == 0
    assert 0 in counts
