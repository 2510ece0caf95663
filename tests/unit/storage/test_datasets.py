"""Versions read back as they were made, whatever is said later."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.dataset import Description, ScenarioQuery
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.trace import Scenario
from evaldesk.services.finding.query import parse
from evaldesk.storage import integrity
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

_words = st.sampled_from(["", "a", "b", "critical", "de"])
_descriptions = st.builds(
    Description,
    tier=_words,
    slices=st.dictionaries(st.sampled_from(["topic", "language"]), st.sampled_from("xyz")),
    expected=_words,
    origin=_words,
    title=st.sampled_from(["One", "Two"]),
    redactions=st.lists(st.sampled_from(["names", "mail"]), unique=True, max_size=2).map(tuple),
)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.dictionaries(st.integers(0, 4), _descriptions, max_size=3)),
        st.tuples(st.just("keep"), st.sets(st.integers(0, 4), min_size=1)),
        st.tuples(st.just("import"), st.dictionaries(st.integers(0, 4), _words, min_size=1)),
    ),
    max_size=6,
)


def _held(project: Project, version_pk: int) -> list[tuple[str, Description]]:
    return [(row.id, row.description) for row in project.datasets.each(version_pk)]


@settings(max_examples=60)
@given(_steps)
def test_a_version_reads_back_as_it_was_made(steps: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Project.create(Path(folder) / "p.evaldesk") as project:
            fill(project, [record(number) for number in range(5)])
            version = project.datasets.versions()[0]
            seen = {version.pk: _held(project, version.pk)}
            ids = {version.pk: version.id}
            for number, (kind, what) in enumerate(steps):
                held = project.datasets.members(version.pk)
                pks = sorted(held)
                if kind == "import":
                    assert isinstance(what, dict)
                    fill(
                        project,
                        [record(at, tier=tier) for at, tier in what.items()],
                        f"run {number}",
                    )
                elif kind == "edit":
                    assert isinstance(what, dict)
                    edits = {pks[at]: said for at, said in what.items() if at < len(pks)}
                    version = project.datasets.make(
                        "cases", held, parent=version.pk, author="Ines", edits=edits
                    )
                    now = {row.pk: row.description for row in project.datasets.each(version.pk)}
                    assert all(now[pk] == said for pk, said in edits.items())
                else:
                    assert isinstance(what, set)
                    kept = {pk: held[pk] for at, pk in enumerate(pks) if at in what} or held
                    version = project.datasets.make("cases", kept, parent=version.pk, author="Ines")
                for found in project.datasets.versions():
                    seen.setdefault(found.pk, _held(project, found.pk))
                    ids.setdefault(found.pk, found.id)
            for pk, expected in seen.items():
                assert _held(project, pk) == expected
                assert project.datasets.version(pk).id == ids[pk]
            faults = integrity.check(project.database).faults
            assert faults == []


def test_the_same_content_is_the_same_version(project: Project) -> None:
    fill(project, [record(1, tier="important")])
    first = project.datasets.versions()[0]
    held = project.datasets.members(first.pk)
    (pk,) = held
    before = next(project.datasets.each(first.pk)).description
    other = project.datasets.make(
        "cases", held, author="Ines", edits={pk: Description(tier="critical", title="T")}
    )
    assert other.id != first.id
    assert other.parent == first.id
    back = project.datasets.make(
        "cases", project.datasets.members(other.pk), author="Ines", edits={pk: before}
    )
    assert back.pk == first.pk
    assert [item.number for item in project.datasets.history(pk)] == [0, 1, 2]


def test_filters_see_the_latest_description(project: Project) -> None:
    fill(project, [record(1, tier="important"), record(2)])
    version = project.datasets.versions()[0]
    pk = project.datasets.find_scenarios(["case-2"])[0]
    project.datasets.make(
        "cases",
        project.datasets.members(version.pk),
        author="Ines",
        edits={pk: Description(tier="critical", slices={"topic": "x"}, title="T")},
    )
    assert project.traces.count(TraceQuery(where=parse("tier = critical"))) == 1
    assert project.traces.count(TraceQuery(where=parse("slice.topic = x"))) == 1
    # The version that was made before still says what it said.
    assert not project.datasets.ids(version.pk, ScenarioQuery(where=parse("tier = critical")))


def test_what_a_later_file_adds_is_a_revision(project: Project) -> None:
    fill(project, [record(1)], "one")
    first = project.datasets.versions()[0]
    with project.ingest("second.jsonl") as writer:
        writer.begin_file("second.jsonl", "jsonl", "Mara")
        writer.run("two", system="", dataset="cases", details={})
        writer.add(record(1, tier="critical", slices={"topic": "x"}), "two")
        writer.end_file(sha256="0" * 64, added=1, already_there=0, notes=())
        writer.finish("Mara")
    (pk,) = project.datasets.members(first.pk)
    zero, one = project.datasets.history(pk)
    assert (zero.number, zero.description.tier) == (0, "")
    assert (one.author, one.note) == ("Mara", "Completed from second.jsonl")
    assert one.description.slices == {"topic": "x"}
    assert [row.description.tier for row in project.datasets.each(first.pk)] == [""]
    second = project.datasets.versions()[-1]
    assert second.runs == ("two",)
    assert [row.description.tier for row in project.datasets.each(second.pk)] == ["critical"]
    # A third file that knows nothing more changes nothing.
    fill(project, [record(1, tier="important")], "three")
    assert len(project.datasets.history(pk)) == 2


def test_scenarios_of_a_version_sorted_and_filtered(project: Project) -> None:
    fill(
        project,
        [
            record(1, tier="important", slices={"topic": "b"}),
            record(2, tier="critical", slices={"topic": "a"}),
            record(3),
        ],
    )
    version = project.datasets.versions()[0]

    def keys(query: ScenarioQuery) -> list[str]:
        pks = list(project.datasets.ids(version.pk, query))
        return [row.key for row in project.datasets.rows(version.pk, pks)]

    assert keys(ScenarioQuery(sort="tier")) == ["case-2", "case-1", "case-3"]
    assert keys(ScenarioQuery(sort="-slice.topic")) == ["case-1", "case-2", "case-3"]
    assert keys(ScenarioQuery(words="question 2")) == ["case-2"]
    assert keys(ScenarioQuery(where=parse("not tier exists"))) == ["case-3"]
    assert keys(ScenarioQuery(where=parse("slice.topic != a"))) == ["case-1", "case-3"]
    with pytest.raises(NotFoundError, match="topic"):
        keys(ScenarioQuery(where=parse("slice.topik = a")))
    with pytest.raises(NotFoundError, match="tier"):
        keys(ScenarioQuery(sort="teir"))


def test_a_suite_moves_and_keeps_its_history(project: Project) -> None:
    fill(project, [record(1), record(2)])
    first = project.datasets.versions()[0]
    held = project.datasets.members(first.pk)
    second = project.datasets.make("cases", dict([*held.items()][:1]), author="Ines")
    project.datasets.freeze("gate", first.pk, author="Ines", note="2.0")
    project.datasets.freeze("gate", second.pk, author="Mara", note="2.1")
    assert project.datasets.suite("gate").version == second.id
    assert [item.note for item in project.datasets.suite_history("gate")] == ["2.0", "2.1"]
    assert project.datasets.find("gate").pk == second.pk
    assert project.datasets.version(first.pk).suites == ()
    # Said again without anything new, it is not written again.
    project.datasets.freeze("gate", second.pk, author="Mara")
    assert len(project.datasets.suite_history("gate")) == 2


def test_naming_a_version(project: Project) -> None:
    fill(project, [record(1), record(2)])
    first = project.datasets.versions()[0]
    held = project.datasets.members(first.pk)
    second = project.datasets.make("cases", dict([*held.items()][:1]), author="Ines")
    assert project.datasets.find("cases").pk == second.pk
    assert project.datasets.find(f"cases@{first.id[:8]}").pk == first.pk
    assert project.datasets.find(first.id[:10]).pk == first.pk
    with pytest.raises(NotFoundError, match="cases"):
        project.datasets.find("casess")
    with pytest.raises(UsageError):
        project.datasets.make("cases", {}, author="Ines")
    with pytest.raises(UsageError):
        project.datasets.make("  ", held, author="Ines")


def test_redactions_of_an_imported_scenario_are_kept(project: Project) -> None:
    with project.ingest("cases.jsonl") as writer:
        writer.begin_file("cases.jsonl", "scenarios", "Mara")
        writer.member(Scenario("a", "Hello [name]", redactions=("names",)), "cases")
        writer.finish("Mara")
    version = project.datasets.versions()[0]
    assert version.runs == ()
    (row,) = project.datasets.each(version.pk)
    assert row.description.redactions == ("names",)
    assert project.runs.list() == []
    assert integrity.check(project.database).faults == []


def test_verify_sees_a_changed_description(project: Project) -> None:
    fill(project, [record(1)])
    version = project.datasets.versions()[0]
    held = project.datasets.members(version.pk)
    (pk,) = held
    project.datasets.make(
        "cases", held, author="Ines", edits={pk: Description(tier="critical", title="T")}
    )
    with project.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER scenario_revision_no_update")
        connection.exec_driver_sql(
            "UPDATE scenario_revision SET content=replace(content,'critical','important')"
        )
    found = integrity.check(project.database).faults
    faults = [f"{fault.where}: {fault.what}" for fault in found]
    assert "scenario case-1 revision 1: its content does not fit its id" in faults
    assert "scenario case-1: it is not shown as its latest revision describes it" in faults
    assert faults[0].startswith("scenario_revision, log entry ")
