"""Making versions, comparing them, and what they cover, double and leak."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.dataset import DatasetVersion, Description, ScenarioRow
from evaldesk.domain.errors import InputError, NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.trace import Scenario
from evaldesk.exporters.jsonl import write_traces
from evaldesk.services.comparing.comparison import compare
from evaldesk.services.datasets import duplicates as dataset_duplicates
from evaldesk.services.datasets import leakage as dataset_leakage
from evaldesk.services.datasets import versions as datasets
from evaldesk.services.datasets.comparison import difference
from evaldesk.services.datasets.coverage import coverage
from evaldesk.services.datasets.files import export_version
from evaldesk.services.datasets.lineage import (
    ground_in_words,
    ground_of_runs,
    lineage_of_scenario,
)
from evaldesk.services.finding.query import parse
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

LONG = (
    "My order was delivered to the wrong address yesterday and the neighbour who took it has "
    "already moved away, so what can you do for me now?"
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        tiers = ("critical", "important", "")
        fill(
            made,
            [
                record(n, tier=tiers[n % 3], slices={"topic": "ab"[n % 2]}, scores={"pass": n % 2})
                for n in range(12)
            ],
            "one",
        )
        yield made


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return project.datasets.versions()[0]


def _with(project: Project, *scenarios: Scenario) -> DatasetVersion:
    return project.datasets.make("texts", {}, author="Ines", new=scenarios)


# -- making


def test_a_version_of_the_traces_that_match(project: Project) -> None:
    query = TraceQuery(where=parse("score.pass = 0"))
    made = datasets.version_from_traces(project, "failed", query, author="Ines", note="why")
    assert made.new
    assert (made.version.scenarios, made.version.author, made.version.note) == (6, "Ines", "why")
    again = datasets.version_from_traces(project, "failed", query, author="Mara")
    assert not again.new
    assert again.version.pk == made.version.pk
    nothing = TraceQuery(where=parse("score.pass = 7"))
    with pytest.raises(UsageError):
        datasets.version_from_traces(project, "x", nothing, author="Ines")


def test_plus_and_minus_and_branches(project: Project, version: DatasetVersion) -> None:
    pks = sorted(project.datasets.members(version.pk))
    left = datasets.version_from(project, version, author="Ines", remove=pks[:2]).version
    right = datasets.version_from(project, version, author="Ines", remove=pks[-2:]).version
    assert left.parent == right.parent == version.id
    back = datasets.version_from(project, left, author="Ines", add=pks[:2]).version
    assert back.pk == version.pk
    with pytest.raises(UsageError):
        datasets.version_from(project, version, author="Ines", remove=pks)


def test_merging_takes_the_first_ones_words(project: Project, version: DatasetVersion) -> None:
    pks = sorted(project.datasets.members(version.pk))
    one = datasets.version_from(
        project,
        version,
        author="Ines",
        remove=pks[6:],
        edits={pks[0]: Description(tier="critical", title="Mine")},
    ).version
    other = datasets.version_from(project, version, author="Ines", remove=pks[1:3]).version
    merged = datasets.merge(project, one, other, author="Ines")
    assert merged.differing == 1
    assert merged.made.version.scenarios == 12
    assert merged.made.version.parent == one.id
    row = project.datasets.rows(merged.made.version.pk, [pks[0]])[0]
    assert row.description.title == "Mine"


def test_a_split_holds_each_scenario_once(project: Project, version: DatasetVersion) -> None:
    parts = datasets.split(
        project, version, {"dev": 25, "test": 75}, by=["tier"], seed=3, author="Ines"
    )
    held = [set(project.datasets.members(part.made.version.pk)) for part in parts]
    assert held[0] | held[1] == set(project.datasets.members(version.pk))
    assert not held[0] & held[1]
    assert [len(part) for part in held] == [3, 9]
    assert {part.made.version.dataset for part in parts} == {"cases · dev", "cases · test"}
    again = datasets.split(
        project, version, {"dev": 25, "test": 75}, by=["tier"], seed=3, author="Ines"
    )
    assert [part.made.version.pk for part in again] == [part.made.version.pk for part in parts]
    with pytest.raises(UsageError):
        datasets.split(project, version, {"all": 1}, author="Ines")
    with pytest.raises(NotFoundError):
        datasets.split(project, version, {"a": 1, "b": 1}, by=["topik"], author="Ines")


@given(
    st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=60),
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
    st.integers(0, 99),
)
def test_a_split_keeps_the_shares_in_every_stratum(
    values: list[str], weights: list[int], seed: int
) -> None:
    rows = [
        ScenarioRow(n, f"{n:064x}", str(n), Description(slices={"s": value}))
        for n, value in enumerate(values)
    ]
    shares = {str(n): float(weight) for n, weight in enumerate(weights)}
    parts = datasets.split_rows(rows, shares, by=["s"], seed=seed)
    assert sorted(row.pk for part in parts.values() for row in part) == list(range(len(rows)))
    for value in set(values):
        for name, part in parts.items():
            wanted = shares[name] / sum(weights) * values.count(value)
            got = sum(1 for row in part if row.description.slices["s"] == value)
            assert abs(got - wanted) < len(shares)


def test_a_copy_with_another_input_is_another_scenario(
    project: Project, version: DatasetVersion
) -> None:
    pk = min(project.datasets.members(version.pk))
    with pytest.raises(UsageError):
        datasets.copied(project, version.pk, pk, key="case-0", content="Question 0?")
    new = datasets.copied(project, version.pk, pk, key="case-0b", content="Another question?")
    made = datasets.version_from(project, version, author="Ines", new=[new]).version
    assert made.scenarios == 13
    found = lineage_of_scenario(project, project.datasets.find_scenarios(["case-0b"])[0])
    assert found.copied_from == project.datasets.id_of(pk)
    assert found.file is None
    assert found.title == "Another question?"


# -- comparing


def test_what_became_of_a_version(project: Project, version: DatasetVersion) -> None:
    pks = sorted(project.datasets.members(version.pk))
    rows = {row.pk: row for row in project.datasets.rows(version.pk, pks)}
    said = datasets.edited(rows[pks[1]].description, tier="critical", slices={"topic": ""})
    new = datasets.copied(project, version.pk, pks[0], key="case-0", content="Asked otherwise?")
    after = datasets.version_from(
        project, version, author="Ines", remove=[pks[0]], edits={pks[1]: said}, new=[new]
    ).version
    found = difference(project, version, after)
    assert [row.key for row in found.added] == ["case-0"]
    assert [row.key for row in found.removed] == ["case-0"]
    assert [(one.key, other.key) for one, other in found.renamed] == [("case-0", "case-0")]
    (changed,) = found.changed
    assert [(one.name, one.before, one.after) for one in changed.fields] == [
        ("tier", "important", "critical"),
        ("slice.topic", "b", ""),
    ]
    assert found.same == 10
    counts = {(one.name, one.value): (one.before, one.after) for one in found.counts}
    assert counts["tier", "critical"] == (4, 5)
    assert counts["tier", "important"] == (4, 3)


# -- duplicates


def test_equal_texts_equal_keys_and_nearly_equal_texts(project: Project) -> None:
    version = _with(
        project,
        Scenario("a", LONG),
        Scenario("b", "  " + LONG.upper() + "\n"),
        Scenario("c", LONG.replace("neighbour", "neighbor").replace("yesterday", "on Monday")),
        Scenario("d", "Something that is not like the others in any way at all, I think."),
        Scenario("d", "And a second text under the same key, which is quite another one."),
    )
    found = dataset_duplicates.duplicates(project, version, similarity=0.85)
    assert [(group.kind, [item.row.key for item in group.members]) for group in found.groups] == [
        ("text", ["a", "b"]),
        ("key", ["d", "d"]),
        ("near", ["a", "c"]),
    ]
    assert 0.85 < found.groups[2].similarity < 1
    dataset_duplicates.keep_distinct(project, found.groups[2], author="Ines", note="on purpose")
    again = dataset_duplicates.duplicates(project, version, similarity=0.85)
    assert (len(again.groups), again.settled) == (2, 1)
    assert dataset_duplicates.distinct(project)[0].note == "on purpose"
    dropped = found.groups[0].members[1].row
    made = dataset_duplicates.drop(
        project, version, {dropped.pk: "the same text as a"}, author="Ines"
    ).version
    assert made.scenarios == 4
    assert "b: the same text as a" in made.note


@given(st.lists(st.text(max_size=40), max_size=12, unique=True), st.integers(0, 3))
def test_every_pair_that_is_found_is_as_alike_as_it_says(texts: list[str], seed: int) -> None:
    from rapidfuzz import fuzz

    from evaldesk.services.datasets.near_duplicates import near_pairs

    texts = list(dict.fromkeys([*texts, *(text + "!" for text in texts)]))
    for one, other, alike in near_pairs(texts, 0.8).pairs:
        assert one < other
        assert alike == pytest.approx(fuzz.ratio(texts[one], texts[other]) / 100)
        assert alike >= 0.8


def test_near_duplicates_among_many(project: Project) -> None:
    import random

    from evaldesk.services.datasets.near_duplicates import near_pairs

    random = random.Random(4)
    words = ["".join(random.choices("abcdefghijklmnop", k=6)) for _ in range(3000)]
    texts = [" ".join(random.choices(words, k=40)) for _ in range(2000)]
    for index in range(100):
        changed = texts[index].split()
        changed[random.randrange(40)] = "otherwise"
        texts.append(" ".join(changed))
    found = near_pairs(texts, 0.9)
    assert {(one, other) for one, other, _ in found.pairs} >= {
        (index, 2000 + index) for index in range(100)
    }
    assert found.compared < 5000  # of 2.2 million


# -- coverage


def test_coverage_counts_every_scenario_once(project: Project, version: DatasetVersion) -> None:
    found = coverage(project, version, ["tier", "topic"], run="one", metric="pass")
    assert sum(cell.scenarios for cell in found.cells.values()) == 12
    cell = found.cells["critical", "a"]
    assert (cell.scenarios, cell.run, cell.failing, cell.judged) == (2, 2, 2, 2)
    assert cell.rate.value == 1.0
    assert cell.rate.method == "Wilson"
    assert found.rows == ("critical", "important", "nice-to-have", "")
    assert set(found.empty) == {("nice-to-have", "a"), ("nice-to-have", "b")}
    age = coverage(project, version, ["age"])
    assert sum(cell.scenarios for cell in age.cells.values()) == 12
    assert len(age.rows) == 1
    with pytest.raises(NotFoundError):
        coverage(project, version, ["topik"])
    with pytest.raises(UsageError):
        coverage(project, version, ["tier", "tier"])


# -- leakage


def test_what_stands_word_for_word_in_a_text(project: Project, tmp_path: Path) -> None:
    version = _with(
        project,
        Scenario("whole", LONG),
        Scenario("part", LONG[:80] + " but the rest of this one is something that is nowhere"),
        Scenario("none", "A wholly different question about a coffee machine and its long cable"),
        Scenario("brief", "Why not?"),
    )
    file = tmp_path / "train.jsonl.gz"
    line = {"text": "Before it.\n" + LONG.replace(",", " –").upper()}
    with gzip.open(file, "wt") as out:
        out.write(json.dumps({"text": "nothing"}) + "\n" + json.dumps(line) + "\n")
    found = dataset_leakage.leakage(project, version, [dataset_leakage.file_text(file)])
    assert (found.leaks[0].row.key, found.leaks[0].share) == ("whole", 1.0)
    assert {leak.row.key for leak in found.leaks} == {"whole", "part"}
    assert found.leaks[0].longest == found.leaks[0].words
    assert (found.leaks[0].source, found.leaks[0].line) == ("train.jsonl.gz", 2)
    assert found.leaks[1].longest < found.leaks[1].words
    assert found.leaks[1].passage.startswith("My order was delivered")
    assert found.short == 1
    assert any("paraphrase" in said for said in found.limits())


def test_text_in_pieces_is_found_as_in_one(project: Project) -> None:
    from evaldesk.services.datasets.word_overlap import OverlapIndex

    texts = [LONG, "one two three four five six seven eight nine ten eleven twelve thirteen"]
    read = f"so {texts[1]}\nand\n{LONG} and {texts[1]} end".split(" ")
    whole = OverlapIndex(texts)
    whole.read("x", [" ".join(read)])
    for size in (1, 3, 7):
        parted = OverlapIndex(texts)
        parted.read("x", [" ".join(read[i : i + size]) + " " for i in range(0, len(read), size)])
        assert parted.overlaps(texts) == whole.overlaps(texts)
    assert [item.share for item in whole.overlaps(texts)] == [1.0, 1.0]


def test_a_template_that_many_share_is_no_leak(project: Project) -> None:
    frame = "You are given the following passage and must answer with a single letter only"
    version = _with(
        project,
        *(Scenario(f"q{n}", f"{frame}. Number {n} asks about item {n * 7}") for n in range(20)),
    )
    text = dataset_leakage.plain_text("prompt", f"{frame} always")
    found = dataset_leakage.leakage(project, version, [text])
    assert found.leaks == []
    assert found.common > 0


def test_the_runs_own_prompts(project: Project, version: DatasetVersion) -> None:
    body = {
        "messages": [
            {"role": "system", "parts": [{"type": "text", "content": f"Example: {LONG} Answer."}]},
            {"role": "user", "parts": [{"type": "text", "content": LONG}]},
        ]
    }
    with project.ingest("x.jsonl") as writer:
        from evaldesk.domain.trace import TraceRecord

        writer.run("leaky", system="m", dataset="leaky", details={})
        writer.add(TraceRecord(Scenario("k", LONG), body), "leaky")  # type: ignore[arg-type]
        writer.finish("Mara")
    leaky = project.datasets.find("leaky")
    found = dataset_leakage.leakage(project, leaky, dataset_leakage.system_prompts(project))
    assert [leak.source for leak in found.leaks] == ["system prompt of leaky"]
    assert dataset_leakage.system_prompts(project, "one") == []


def test_what_cannot_be_searched(project: Project, version: DatasetVersion, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        dataset_leakage.leakage(project, version, [])
    with pytest.raises(InputError):
        dataset_leakage.file_text(tmp_path / "none.txt")
    binary = tmp_path / "model.bin"
    binary.write_bytes(b"\0\1\2" * 100)
    with pytest.raises(InputError, match="not text"):
        dataset_leakage.leakage(project, version, [dataset_leakage.file_text(binary)])


# -- lineage, ground, files


def test_where_a_scenario_came_from(project: Project, version: DatasetVersion) -> None:
    pk = project.datasets.find_scenarios(["case-3"])[0]
    project.datasets.freeze("gate", version.pk, author="Ines")
    found = lineage_of_scenario(project, pk)
    assert [held.version for held in found.held] == [version.id]
    assert [suite.name for suite in found.suites] == ["gate"]
    assert [(item.run, item.status, item.raters) for item in found.answered] == [("one", "ok", 0)]
    assert project.origins.scenario_of(found.answered[0].pk) == pk


def test_a_comparison_knows_its_ground(project: Project, version: DatasetVersion) -> None:
    fill(project, [record(n, scores={"pass": 1}) for n in range(12)], "same")
    same = ground_of_runs(project, ["one", "same"])
    assert same.same
    assert version.short in ground_in_words(same)
    fill(project, [record(n, scores={"pass": 1}, tier="critical") for n in range(8)], "two")
    ground = ground_of_runs(project, ["one", "two"])
    assert not ground.same
    # Four of the eight lacked a tier, or had another one that stays.
    assert ground.only == (4, 0, 2)
    assert "4 only in" in ground_in_words(ground)
    assert "2 described otherwise" in ground_in_words(ground)
    pks = [project.datasets.find_scenarios([f"case-{n}"])[0] for n in (0, 1, 9)]
    datasets.version_of(project, "few", pks, author="Ines")
    project.datasets.freeze("few", project.datasets.find("few").pk, author="Ines")
    found = compare(project, "one", "two", "pass", suite="few", by=["tier"], resamples=200)
    assert len(found.pairs) == 2
    assert (found.missing_a, found.missing_b) == (0, 1)
    assert "1 without a trace in two" in found.ground
    with pytest.raises(NotFoundError):
        compare(project, "one", "two", "pass", suite="nothing")


def test_a_suite_compares_by_its_own_words(project: Project, version: DatasetVersion) -> None:
    fill(project, [record(n, scores={"pass": 1}) for n in range(12)], "two")
    project.datasets.freeze("gate", version.pk, author="Ines")
    members = project.datasets.members(version.pk)
    datasets.version_from(
        project,
        version,
        author="Ines",
        edits={pk: Description(tier="nice-to-have", title="T") for pk in members},
    )
    found = compare(project, "one", "two", "pass", suite="gate", by=["tier"], resamples=200)
    assert {part.value for part in found.slices} == {"critical", "important"}
    now = compare(project, "one", "two", "pass", by=["tier"], resamples=200)
    assert {part.value for part in now.slices} == {"nice-to-have"}


def test_out_and_in_again(project: Project, version: DatasetVersion, tmp_path: Path) -> None:
    pks = sorted(project.datasets.members(version.pk))
    said = Description("critical", {"a": "é\n"}, "Say no.", "incident", "Title", ("names",))
    made = datasets.version_from(project, version, author="Ines", edits={pks[0]: said}).version
    path = tmp_path / "cases.jsonl"
    assert export_version(project, made, path).rows == 12
    with Project.create(tmp_path / "other.evaldesk") as other:
        (result,) = import_files(other, [path], TraceImport(author="Mara"))
        assert (result.format, result.runs, result.scenarios) == ("scenarios", (), 12)
        assert other.runs.list() == []
        back = other.datasets.find("cases")
        assert [(row.id, row.key, row.description) for row in other.datasets.each(back.pk)] == [
            (row.id, row.key, row.description) for row in project.datasets.each(made.pk)
        ]
        pk = other.datasets.find_scenarios(["case-3"])[0]
        found = lineage_of_scenario(other, pk)
        assert found.file is not None
        assert (found.file.name, found.file.author) == ("cases.jsonl", "Mara")
        import_files(other, [path], TraceImport(author="Mara"))
        assert len(other.datasets.versions()) == 1


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12), st.floats(0.9, 1.0)), max_size=30
    ).map(lambda pairs: [pair for pair in pairs if pair[0] != pair[1]])
)
def test_every_like_text_stands_in_a_group(pairs: list[tuple[int, int, float]]) -> None:
    alike: dict[int, dict[int, float]] = {}
    for one, other, share in pairs:
        alike.setdefault(one, {})[other] = share
        alike.setdefault(other, {})[one] = share
    groups = dataset_duplicates._stars(alike)
    assert {index for first, others in groups for index in (first, *dict(others))} == set(alike)
    for first, others in groups:
        assert others
        assert all(alike[first][index] == share for index, share in others)


def test_redactions_go_along_with_traces(
    project: Project, version: DatasetVersion, tmp_path: Path
) -> None:
    (pk,) = project.datasets.find_scenarios(["case-3"])
    said = Description(title="T", redactions=("names", "order numbers"))
    datasets.version_from(project, version, author="Ines", edits={pk: said})
    path = tmp_path / "traces.jsonl"
    traces = [project.traces.read(number) for number in project.traces.ids(TraceQuery())]
    write_traces(traces, path)
    with Project.create(tmp_path / "other.evaldesk") as other:
        import_files(other, [path])
        (there,) = other.datasets.find_scenarios(["case-3"])
        assert other.datasets.scenario(there).redactions == ("names", "order numbers")


def test_a_study_keeps_to_the_suite(project: Project, version: DatasetVersion) -> None:
    from evaldesk.services.comparing.study import Question, names, study

    fill(project, [record(n, scores={"pass": 1}) for n in range(12)], "two")
    gate = datasets.version_from(
        project, version, author="Ines", dataset="gate", only=sorted(_critical(project, version))
    ).version
    project.datasets.freeze("gate", gate.pk, author="Ines")
    question = Question("one", "two", metric="pass", suite="gate")
    found = study(project, question)
    assert found.suites == ("gate",)
    assert found.tiers == ("critical",)
    assert len(found.comparison.pairs) == 4
    assert all(groups["tier"] == "critical" for groups in found.groups.values())
    assert names(project, question).tiers == ("critical",)
    # A suite that is gone is not asked for.
    gone = Question("one", "two", metric="pass", suite="other")
    assert study(project, gone).question.suite == ""


def _critical(project: Project, version: DatasetVersion) -> list[int]:
    return [
        row.pk for row in project.datasets.each(version.pk) if row.description.tier == "critical"
    ]
