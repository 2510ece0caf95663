"""Every filter finds what a plain reading of the traces finds: as a set, and row by row."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import (
    AnyOf,
    Comparison,
    Every,
    Filter,
    Not,
    TraceQuery,
)
from evaldesk.domain.rubric import FAILURE_MODES, CannotJudge, Rubric
from evaldesk.domain.trace import Annotation, Scenario, Score, TraceRecord
from evaldesk.services.finding.query import parse
from evaldesk.storage import tables as t
from evaldesk.storage.project import Project

RUBRIC = Rubric.from_json(
    {
        "name": "quality",
        "criteria": [
            {"name": "correct", "scale": {"kind": "binary"}},
            {"name": "tone", "scale": {"kind": "ordinal", "points": [1, 2, 3]}},
            {"name": "remark", "scale": {"kind": "text"}},
        ],
        "failure_modes": [{"name": "rude"}, {"name": "wrong"}],
    }
)
PEOPLE = ("ann", "bob", "me too")
RUNS = ("base", "new one")


@dataclass
class Known:
    """What a trace is, for the oracle."""

    run: str
    scenario: int
    trial: int
    record: TraceRecord
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    bookmarks: set[str] = field(default_factory=set)
    notes: dict[str, str] = field(default_factory=dict)


_scores = st.dictionaries(
    st.sampled_from(["pass", "quality"]),
    st.one_of(
        st.builds(Score, value=st.sampled_from([0.0, 0.5, 1.0])),
        st.builds(Score, value=st.none(), label=st.sampled_from(["C", "I"])),
    ),
    max_size=2,
)
_annotations = st.lists(
    st.one_of(
        st.builds(
            Annotation,
            name=st.sampled_from(["thumbs", "grade"]),
            label=st.sampled_from(["up", "down"]),
            comment=st.sampled_from(["", "too late"]),
        ),
        st.builds(
            Annotation, name=st.just("grade"), value=st.sampled_from([1.0, 2.0]), label=st.just("")
        ),
    ),
    max_size=2,
).map(tuple)
_drawn = st.lists(
    st.tuples(
        st.sampled_from(RUNS),
        st.integers(0, 2),
        st.integers(0, 1),
        st.fixed_dictionaries(
            {
                "status": st.sampled_from(["ok", "error", "incomplete"]),
                "error": st.sampled_from(["", "", "timeout"]),
                "latency_ms": st.none() | st.sampled_from([10.0, 20.0, 30.0]),
                "started_at": st.sampled_from(["", "2026-11-01T10:00:00Z", "2026-11-02T10:00:00Z"]),
                "scores": _scores,
                "annotations": _annotations,
                "answer": st.sampled_from(["Yes.", "No."]),
                "model": st.sampled_from(["", "m-1", "m-2"]),
            }
        ),
        st.dictionaries(
            st.tuples(
                st.sampled_from(PEOPLE),
                st.sampled_from(["correct", "tone", "remark", FAILURE_MODES]),
            ),
            st.integers(0, 2),
            max_size=4,
        ),
        st.sets(st.sampled_from(PEOPLE), max_size=2),
        st.dictionaries(
            st.sampled_from(PEOPLE), st.sampled_from(["odd", "see refund"]), max_size=2
        ),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda item: item[:3],
)
ANSWERS: Mapping[str, tuple[Any, ...]] = {
    "correct": ("no", "yes", None),
    "tone": (1, 2, 3),
    "remark": ("a", "b", "c"),
    FAILURE_MODES: (["rude"], ["wrong"], ["rude", "wrong"]),
}
TIERS, LANGUAGES = ("critical", "", "important"), ("de", "en", None)


def build(project: Project, drawn: list[Any]) -> dict[int, Known]:
    known: dict[int, Known] = {}
    with project.ingest("made.jsonl") as writer:
        writer.begin_file("made.jsonl", "test", "ann")
        for run in RUNS:
            writer.run(run, system="", dataset=f"cases of {run}", details={})
        for run, number, trial, said, *_ in drawn:
            more = dict(said)
            answer, model = more.pop("answer"), more.pop("model")
            language = LANGUAGES[number]
            record = TraceRecord(
                Scenario(
                    f"S-{number}",
                    f"Question {number}?",
                    tier=TIERS[number],
                    slices={"language": language} if language else {},
                ),
                {
                    "messages": [
                        {
                            "role": "assistant",
                            "parts": [{"type": "text", "content": answer}],
                            **({"model": model} if model else {}),
                        }
                    ]
                },
                trial=trial,
                **more,
            )
            writer.add(record, run)
            known[len(known) + 1] = Known(run, number, trial, record)
        writer.end_file(sha256="", added=len(known), already_there=0, notes=())
        writer.finish("ann")
    project.rubrics.save(RUBRIC, "ann")
    for pk, (*_, answers, bookmarks, notes) in enumerate(drawn, start=1):
        for (person, name), choice in sorted(answers.items()):
            value = ANSWERS[name][choice]
            project.ratings.answer(pk, "quality", name, person, "yes" if value is None else value)
            if value is None:  # and taken back
                project.ratings.answer(pk, "quality", name, person, None)
            else:
                known[pk].answers[person, name] = value
        for person in sorted(bookmarks):
            project.notes.add(pk, person, "bookmark")
            known[pk].bookmarks.add(person)
        for person, text in sorted(notes.items()):
            note = project.notes.add(pk, person, "note", text=text)
            if text == "odd":
                project.notes.remove(note)
            else:
                known[pk].notes[person] = text
    return known


class Oracle:
    """Reads a filter as the guide explains it."""

    def __init__(self, known: dict[int, Known], tags_by: str, me: str) -> None:
        self.known, self.tags_by, self.me = known, tags_by, me

    def holds(self, where: Filter, pk: int) -> bool:
        if isinstance(where, Every):
            return all(self.holds(item, pk) for item in where.items)
        if isinstance(where, AnyOf):
            return any(self.holds(item, pk) for item in where.items)
        if isinstance(where, Not):
            return not self.holds(where.item, pk)
        return self.test(where, self.known[pk])

    def test(self, test: Comparison, one: Known) -> bool:
        kind, _, rest = test.name.partition(".")
        if test.operator in ("!=", "not in") and kind in ("slice", "tag", "annotation", "dataset"):
            positive = Comparison(test.name, "=" if test.operator == "!=" else "in", test.values)
            return not self.test(positive, one)
        if test.name in ("has_error", "rated", "unrated", "disagreement", "bookmarked", "noted"):
            return self.flag(test, one)
        if test.name == "differs":
            return self.differs(test.values, one)
        return any(_fits(test, value) for value in self.values(kind, rest, one, test))

    def values(self, kind: str, rest: str, one: Known, test: Comparison) -> Iterator[Any]:
        record = one.record
        if kind == "score":
            score = record.scores.get(rest)
            if score is not None:
                by_label = test.operator == "contains" or any(
                    isinstance(value, str) and not value.isdigit() for value in test.values
                )
                yield (score.label or "") if by_label else score.value
                if test.operator == "exists":
                    yield score.label
        elif kind == "annotation":
            for said in record.annotations:
                if said.name == rest:
                    if test.operator == "contains":
                        yield said.comment
                    number = test.values and all(isinstance(v, float) for v in test.values)
                    yield said.value if number else said.label
                    if test.operator == "exists":
                        yield "here"
        elif kind == "slice":
            value = record.scenario.slices.get(rest)
            if value is not None:
                yield value
        elif kind == "tag":
            for (person, name), tags in one.answers.items():
                if name == FAILURE_MODES and (not self.tags_by or person == self.tags_by):
                    yield from tags
        elif kind == "dataset":
            mates = [other for other in self.known.values() if other.scenario == one.scenario]
            yield from {f"cases of {mate.run}" for mate in mates}
        else:
            parts = record.body["messages"][0]
            yield {
                "run": one.run,
                "tier": record.scenario.tier,
                "status": record.status,
                "error": record.error,
                "latency_ms": record.latency_ms,
                "started_at": record.started_at,
                "model": parts.get("model", ""),
                "trial": one.trial,
            }[kind]

    def flag(self, test: Comparison, one: Known) -> bool:
        wanted = test.operator not in ("!=", "not in")
        asked: tuple[Any, ...] = test.values
        if len(asked) == 1 and asked[0] in (0.0, 1.0):
            wanted = wanted == bool(asked[0])
            asked = ()
        return self.flagged(test, one, asked) == wanted

    def flagged(self, test: Comparison, one: Known, asked: tuple[Any, ...]) -> bool:
        people = {self.me if name == "me" else name for name in asked}
        raters = {person for person, _ in one.answers}
        if test.name == "has_error":
            return one.record.status == "error" or bool(one.record.error)
        if test.name in ("rated", "unrated"):
            return bool(raters & people if people else raters) == (test.name == "rated")
        if test.name == "disagreement":
            return any(
                len(
                    {
                        value
                        for (person, name), value in one.answers.items()
                        if name == criterion and (not self.tags_by or person == self.tags_by)
                    }
                )
                > 1
                for criterion in (asked or ("correct", "tone"))
            )
        mine = one.bookmarks if test.name == "bookmarked" else set(one.notes)
        if test.operator == "contains":
            mine = {who for who, text in one.notes.items() if str(test.values[0]) in text}
            people = set()
        if self.tags_by:
            mine = mine & {self.tags_by}
        return bool(mine & people if people else mine)

    def differs(self, values: tuple[Any, ...], one: Known) -> bool:
        a, b, *what = values
        if one.run not in (a, b):
            return False
        against = b if one.run == a else a
        for other in self.known.values():
            same = (other.run, other.scenario, other.trial) == (against, one.scenario, one.trial)
            if same and any(self.apart(name, one, other) for name in what or ("status", "scores")):
                return True
        return False

    def apart(self, what: str, one: Known, other: Known) -> bool:
        mine, theirs = one.record, other.record
        if what == "status":
            return mine.status != theirs.status
        if what == "answer":
            return mine.body["messages"][0]["parts"] != theirs.body["messages"][0]["parts"]
        if what == "ratings":
            return any(
                value != other.answers.get(key, value)
                for key, value in one.answers.items()
                if not key[1].startswith("#") and (not self.tags_by or key[0] == self.tags_by)
            )
        shared = mine.scores.keys() & theirs.scores.keys()
        if what != "scores":
            shared &= {what.removeprefix("score.")}
        return any(
            (mine.scores[name].value, mine.scores[name].label)
            != (theirs.scores[name].value, theirs.scores[name].label)
            for name in shared
        )


def _fits(test: Comparison, value: Any) -> bool:
    operator, values = test.operator, test.values
    if operator == "exists":
        return value not in (None, "")
    if value is None:
        return False
    if test.name == "started_at":
        if not value and operator != "contains":
            return False
        if operator not in ("in", "not in", "contains"):
            value = value[: len(str(values[0]))]
    if operator == "contains":
        return str(values[0]).lower() in str(value).lower()
    if operator in ("in", "not in"):
        if test.name == "started_at":
            return any(value.startswith(str(v)) for v in values) == (operator == "in")
        return (value in values) == (operator == "in")
    bound: Any = values[0]
    return {
        "=": value == bound,
        "!=": value != bound,
        "<": value < bound,
        "<=": value <= bound,
        ">": value > bound,
        ">=": value >= bound,
    }[operator]


def _test(name: str, operators: list[str], *values: Any) -> st.SearchStrategy[Comparison]:
    value = st.sampled_from(values)

    def made(operator: str) -> st.SearchStrategy[Comparison]:
        if operator == "exists":
            return st.just(Comparison(name, "exists"))
        many = st.lists(value, min_size=1, max_size=2).map(tuple)
        given = many if operator in ("in", "not in") else st.tuples(value)
        return st.builds(Comparison, st.just(name), st.just(operator), given)

    return st.sampled_from(operators).flatmap(made)


EQUAL = ["=", "!=", "in", "not in"]
TEXT = [*EQUAL, "exists", "contains"]
ORDER = ["=", "!=", "<", "<=", ">", ">=", "in", "exists"]
TESTS = st.one_of(
    _test("run", TEXT, *RUNS),
    _test("tier", TEXT, "critical", "important"),
    _test("status", TEXT, "ok", "error", "incomplete"),
    _test("error", TEXT, "timeout", "time"),
    _test("model", TEXT, "m-1", "m-2", "m"),
    _test("trial", ORDER, 0.0, 1.0),
    _test("latency_ms", ORDER, 10.0, 20.0, 25.0),
    _test(
        "started_at", ["=", "<", "<=", ">", ">=", "in", "contains", "exists"], "2026-11-01", "2026"
    ),
    _test("score.pass", ["=", "!=", "<", ">=", "in", "exists"], 0.0, 0.5, 1.0),
    _test("score.quality", ["=", "contains"], "C", "I"),
    _test("slice.language", TEXT, "de", "en", "e"),
    _test("annotation.thumbs", TEXT, "up", "down"),
    _test("annotation.grade", ["=", "!=", "exists"], 1.0, 2.0),
    _test("annotation.grade", ["contains"], "late", "up"),
    _test("tag", TEXT, "rude", "wrong", "ru"),
    _test("dataset", EQUAL, "cases of base", "cases of new one"),
    _test("has_error", ["=", "!=", "exists"], 0.0, 1.0),
    _test("rated", [*EQUAL, "exists"], *PEOPLE, "me"),
    _test("unrated", [*EQUAL, "exists"], *PEOPLE, "me"),
    _test("bookmarked", [*EQUAL, "exists"], *PEOPLE, "me"),
    _test("noted", [*EQUAL, "exists"], *PEOPLE, "me"),
    _test("noted", ["contains"], "refund"),
    _test("disagreement", [*EQUAL, "exists"], "correct", "tone"),
    st.builds(
        lambda runs, what: Comparison("differs", "in", (*runs, *what)),
        st.permutations(RUNS),
        st.lists(
            st.sampled_from(["status", "scores", "answer", "ratings", "score.pass"]),
            max_size=2,
            unique=True,
        ),
    ),
)
FILTERS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Every, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    drawn=_drawn,
    wheres=st.lists(FILTERS, min_size=12, max_size=24),
    tags_by=st.sampled_from(["", "", "ann"]),
)
def test_a_filter_finds_what_it_says(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[Any], wheres: list[Filter], tags_by: str
) -> None:
    path = tmp_path_factory.mktemp("p") / "a.evaldesk"
    with Project.create(path) as project:
        known = build(project, drawn)
        oracle = Oracle(known, tags_by, "bob")
        for where in wheres:
            query = TraceQuery(where=where, tags_by=tags_by, me="bob")
            try:
                found = project.traces.ids(query)
            except NotFoundError:
                continue  # nothing drawn has that name
            expected = [pk for pk in known if oracle.holds(where, pk)]
            assert list(found) == expected, where
            assert list(project.traces.first(query)) == expected, where
            assert project.traces.count(query) == len(expected)
            rows, _ = project.traces.page(query, 50)
            assert [row.pk for row in rows] == expected
            combined = project.traces.ids(
                TraceQuery(where=where, tags_by=tags_by, me="bob", text="no ", sort="-latency_ms")
            )
            assert set(combined) <= set(expected)


@pytest.fixture
def small(project: Project) -> Project:
    said = {"status": "ok", "error": "", "latency_ms": 1.0, "started_at": "", "scores": {}}
    said |= {"annotations": (Annotation("thumbs", label="up"),), "answer": "Yes.", "model": ""}
    drawn = [("base", 0, 0, said, {("ann", "correct"): 0, ("bob", "correct"): 1}, set(), {})]
    drawn.append(("new one", 0, 0, {**said, "answer": "No."}, {}, {"ann"}, {}))
    build(project, drawn)
    return project


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("run = bse", "“base”"),
        ("status = eror", "“error”"),
        ("tier = critcal", "“critical”"),
        ("annotation.thumb exists", "“thumbs”"),
        ("rated = an", "“ann”"),
        ("dataset = 'cases of bas'", "“cases of base”"),
        ("dataset = 'cases of base@ffff'", "no version"),
        ("suite = x", "none yet"),
        ("disagreement = corect", "“correct”"),
        ('differs(base, "new one", score.pas)', "no score"),
        ('differs(base, "new one", stats)', "“status”"),
        ("differs(base, nwe)", "run"),
        ("hass_error exists", "“has_error”"),
        ("similar(base/S-9)", "no trace"),
    ],
)
def test_what_is_not_there_offers_the_nearest(small: Project, where: str, said: str) -> None:
    for read in (small.traces.ids, small.traces.first, small.traces.count):
        with pytest.raises(NotFoundError) as raised:
            read(TraceQuery(where=parse(where)))
        assert said in str(raised.value)


@pytest.mark.parametrize("where", ["has_error > 2", "has_error = maybe", "differs(base)"])
def test_what_makes_no_sense_is_said(small: Project, where: str) -> None:
    with pytest.raises(UsageError):
        small.traces.ids(TraceQuery(where=parse(where)))


def test_the_latest_version_of_a_dataset_and_suites(small: Project) -> None:
    first = small.traces.ids(TraceQuery(where=parse("dataset = 'cases of base'")))
    with small.database.read() as connection:
        identity = connection.execute(t.dataset_version.select()).first()
        assert identity is not None
    named = f'dataset = "cases of base@{identity.id[:8]}"'
    assert small.traces.ids(TraceQuery(where=parse(named))) == first == array("q", [1, 2])


def test_who_cannot_judge_does_not_disagree(small: Project) -> None:
    query = TraceQuery(where=parse("disagreement"))
    assert list(small.traces.ids(query)) == [1]
    small.ratings.answer(1, "quality", "correct", "bob", CannotJudge("cut off"))
    assert list(small.traces.ids(query)) == []
    assert list(small.traces.ids(TraceQuery(where=parse("rated = bob")))) == [1]


def test_age_and_import_count_from_now(small: Project) -> None:
    def found(where: str) -> int:
        return small.traces.count(TraceQuery(where=parse(where)))

    assert found("age < 1") == 2
    assert found("age >= 1 or not age exists") == 0
    assert found('imported > "2020"') == found("imported exists") == 2
    assert found('imported < "2020-05"') == 0
