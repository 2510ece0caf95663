"""Facets count what ticking a line would leave; similar traces are those with the same words."""

from pathlib import Path

import pytest

from evaldesk.domain.query import Comparison, TraceQuery
from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.services.finding import facets as finding
from evaldesk.services.finding.query import parse
from evaldesk.storage.project import Project

TEXTS = (
    "The parcel was delivered to a neighbour on the third floor last Tuesday morning",
    "The parcel was delivered to a neighbour on the third floor last Wednesday morning",
    "Your invoice lists two bicycles and a helmet although only one bicycle was ordered",
    "Please reset the password of the shared mailbox before the audit begins",
)


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p.evaldesk") as project:
        for run in ("base", "new one"):
            with project.ingest(f"{run}.jsonl") as writer:
                writer.begin_file(f"{run}.jsonl", "test", "ann")
                writer.run(run, system=run[:1], dataset="cases", details={})
                for number in range(12):
                    scenario = Scenario(
                        f"S-{number}",
                        f"Question {number}",
                        tier=("critical", "")[number % 2],
                        slices={"language": ("de", "en", "fr")[number % 3]},
                    )
                    said = f"{TEXTS[number % 4]} in case {number} of {run}"
                    text = {"type": "text", "content": said}
                    writer.add(
                        TraceRecord(
                            scenario,
                            {"messages": [{"role": "assistant", "parts": [text]}]},
                            system=run[:1],
                            status="error" if number == 5 else "ok",
                            scores={
                                "pass": Score(float(number % 2)),
                                "quality": Score(number / 10 + (run == "base") / 100),
                            },
                        ),
                        run,
                    )
                writer.finish("ann")
        yield project


def lines(project: Project, query: TraceQuery | None = None, **chosen: list[str]):
    ticked = {name: [parse(text) for text in texts] for name, texts in chosen.items()}
    found = finding.facets(project, query, ticked)
    return {one.name: {line.text: line.count for line in one.lines} for one in found}


def test_all_traces_are_counted(project: Project) -> None:
    found = lines(project)
    assert found["run"] == {"base": 12, "new one": 12}
    assert found["status"] == {"ok": 22, "error": 2}
    assert found["tier"] == {"critical": 12}
    assert found["slice.language"] == {"de": 8, "en": 8, "fr": 8}
    assert found["score.pass"] == {"0": 12, "1": 12}
    assert len(found["score.quality"]) == 4
    assert sum(found["score.quality"].values()) == 24
    assert found["flags"]["has_error"] == 2
    assert found["flags"]["unrated"] == 24


@pytest.mark.parametrize(
    "query",
    [
        TraceQuery(),
        TraceQuery(where=parse("slice.language = de and score.pass = 1")),
        TraceQuery(text="parcel "),
        TraceQuery(text="parcel ", where=parse("not tier exists"), run="base"),
        TraceQuery(similar="base/S-2"),
        TraceQuery(where=parse("latency_ms exists")),
    ],
)
def test_a_count_is_what_ticking_the_line_leaves(project: Project, query: TraceQuery) -> None:
    for facet in finding.facets(project, query):
        for line in facet.lines:
            ticked = finding.narrowed(query, {facet.name: [line.where]})
            assert project.traces.count(ticked) == line.count, (facet.name, line.text)


def test_a_facets_own_ticks_do_not_change_its_numbers(project: Project) -> None:
    found = lines(project, run=["run = base"])
    assert found["run"] == {"base": 12, "new one": 12}
    assert found["slice.language"] == {"de": 4, "en": 4, "fr": 4}
    both = lines(project, **{"run": ["run = base"], "slice.language": ["slice.language = de"]})
    assert both["run"] == {"base": 4, "new one": 4}
    assert both["slice.language"] == {"de": 4, "en": 4, "fr": 4}
    none = lines(project, TraceQuery(where=parse("run = 'new one'")), run=["run = base"])
    assert none["run"] == {"new one": 12, "base": 0}


def test_lines_of_one_facet_are_either_or(project: Project) -> None:
    ticked = {
        "run": [parse("run = base")],
        "slice.language": [parse("slice.language = de"), parse("slice.language = en")],
        "flags": [parse("has_error"), parse("unrated")],
    }
    query = finding.narrowed(TraceQuery(), ticked)
    assert query.where == parse(
        "run = base and (slice.language = de or slice.language = en) and has_error and unrated"
    )


def test_a_line_that_is_excluded_keeps_its_number(project: Project) -> None:
    found = lines(project, run=["not run = base"])
    assert found["run"] == {"base": 12, "new one": 12}
    assert found["slice.language"] == {"de": 4, "en": 4, "fr": 4}
    query = finding.narrowed(TraceQuery(), {"run": [parse("run = base"), parse("not run = 'x'")]})
    assert query.where == parse("run = base and not run = x")
    gone = lines(project, TraceQuery(where=parse("trial = 7")), run=["not run = base"])
    assert gone["run"] == {"base": 0}


def test_a_ticked_value_that_is_no_line_is_counted(project: Project) -> None:
    quality = "score.quality >= 0.3 and score.quality < 0.5"
    found = lines(project, **{"score.quality": [quality]})["score.quality"]
    wanted = project.traces.count(TraceQuery(where=parse(quality)))
    assert found["0.3 – 0.5"] == wanted > 0


def test_datasets_suites_and_annotations_are_counted(project: Project) -> None:
    assert [one.name for one in finding.named_facets(project)] == ["dataset"]
    for ticked in ("dataset = cases", "not dataset = cases"):
        (facet,) = finding.named_facets(
            project, TraceQuery(where=parse("run = base")), {"dataset": [parse(ticked)]}
        )
        assert [(line.text, line.count) for line in facet.lines] == [("cases", 12)]


def test_what_is_kept_is_counted_anew_after_an_import(project: Project) -> None:
    assert lines(project)["run"]["base"] == 12
    with project.ingest("more.jsonl") as writer:
        writer.begin_file("more.jsonl", "test", "ann")
        writer.run("base", system="b", dataset="cases", details={})
        body = {"messages": [{"role": "user", "parts": []}]}
        writer.add(TraceRecord(Scenario("X", "new", tier="rare"), body), "base")
        writer.finish("ann")
    assert lines(project)["run"]["base"] == 13
    assert lines(project)["tier"] == {"critical": 12, "rare": 1}


def test_similar_traces_have_the_same_words(project: Project) -> None:
    found = project.traces.similar("base/S-0")
    names = [(row.run, row.scenario) for row in project.traces.rows([pk for pk, _ in found])]
    parcels = {(run, f"S-{n}") for run in ("base", "new one") for n in (0, 1, 4, 5, 8, 9)}
    assert set(names[:11]) == parcels - {("base", "S-0")}
    assert names[0] == ("base", "S-4") or names[0][1] in ("S-0", "S-4", "S-8")
    likenesses = [likeness for _, likeness in found]
    assert likenesses == sorted(likenesses, reverse=True)
    assert all(0 < likeness <= 1 for likeness in likenesses)
    query = TraceQuery(similar="base/S-0", where=parse("run = 'new one'"), sort="relevance")
    listed = list(project.traces.ids(query))
    order = [pk for pk, _ in found]
    assert listed == [pk for pk in order if project.traces.rows([pk])[0].run == "new one"]
    assert list(project.traces.first(query)) == listed
    where = Comparison("similar", "in", ("base/S-0",))
    assert sorted(project.traces.ids(TraceQuery(where=where))) == sorted(order)


def test_relevance_ranks_hits_and_is_newest_first_without_words(project: Project) -> None:
    ranked = list(project.traces.ids(TraceQuery(text="third base ", sort="relevance")))
    assert len(ranked) == 6
    plain = list(project.traces.ids(TraceQuery(sort="relevance")))
    assert plain == sorted(plain, reverse=True)
    backwards = project.traces.ids(TraceQuery(text="third base ", sort="-relevance"))
    assert list(backwards) == ranked[::-1]
    rows, after = project.traces.page(TraceQuery(text="third base ", sort="relevance"), 4)
    more, end = project.traces.page(TraceQuery(text="third base ", sort="relevance"), 4, after)
    assert [row.pk for row in (*rows, *more)] == ranked
    assert end is None


def test_a_word_being_typed_shows_whole_words_first(project: Project) -> None:
    with project.ingest("more.jsonl") as writer:
        writer.run("base", system="b", dataset="cases", details={})
        for key, said in (("Y", "neighbourhoods"), ("Z", "neighbour")):
            text = {"type": "text", "content": said}
            body = {"messages": [{"role": "user", "parts": [text]}]}
            writer.add(TraceRecord(Scenario(key, key), body), "base")
        writer.finish("ann")
    query = TraceQuery(text="neighbour", sort="-imported")
    everything = list(project.traces.ids(query))
    whole = list(project.traces.ids(TraceQuery(text="neighbour ", sort="-imported")))
    assert len(whole) == len(everything) - 1
    assert list(project.traces.first(query)) == whole
    begun = TraceQuery(text="neighb", sort="-imported")
    assert list(project.traces.first(begun)) == list(project.traces.ids(begun)) == everything


def test_the_vocabulary_has_names_and_counts(project: Project) -> None:
    known = finding.vocabulary(project)
    assert known.scores == ("pass", "quality")
    assert known.slices == ("language",)
    assert known.values is not None
    assert known.values["run"] == [("base", 12), ("new one", 12)]
    assert known.values["dataset"] == [("cases", 0)]


@pytest.fixture
def unspaced(tmp_path: Path):
    """Texts of scripts that put no spaces between words."""
    said = (
        "返品の方法を教えてください。",
        "注文した商品が届きません",
        "请问如何退货？",
        "GPT模型 a 方 b 法",
    )
    with Project.create(tmp_path / "cjk.evaldesk") as project:
        with project.ingest("cjk.jsonl") as writer:
            writer.run("base", system="b", dataset="cases", details={})
            for number, content in enumerate(said):
                parts = [{"type": "text", "content": content}]
                body = {"messages": [{"role": "user", "parts": parts}]}
                writer.add(TraceRecord(Scenario(f"C-{number}", f"{number}"), body), "base")
            writer.finish("ann")
        yield project


WITHIN = {
    "方法": 1,
    "教えて": 1,
    "商品": 1,
    "退货": 1,
    '"の方法"': 1,
    "模型*": 1,
    "届 商": 1,
    "法方": 0,
    "商 返": 0,
}


def within(project: Project) -> dict[str, int]:
    return {words: project.traces.count(TraceQuery(text=words)) for words in WITHIN}


def test_words_within_a_text_without_spaces_are_found(unspaced: Project) -> None:
    assert within(unspaced) == WITHIN


def test_an_index_of_before_is_made_anew(unspaced: Project) -> None:
    from evaldesk.storage import search

    with unspaced.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM trace_search WHERE rowid = 1")
        connection.exec_driver_sql(search.INSERT, (1, "返品の方法を教えてください。"))
    assert within(unspaced) != WITHIN
    with unspaced.database.write() as connection:
        search.index_again(connection)
    assert within(unspaced) == WITHIN


def test_the_most_frequent_datasets_come_first(project: Project) -> None:
    with project.ingest("more.jsonl") as writer:
        writer.run("many", system="b", dataset="a large one", details={})
        for number in range(30):
            writer.add(TraceRecord(Scenario(f"L-{number}", "x"), {"messages": []}), "many")
        writer.finish("ann")
    (facet,) = finding.named_facets(project)
    assert [line.text for line in facet.lines] == ["a large one", "cases"]
    (facet,) = finding.named_facets(project, TraceQuery(where=parse("run = base")))
    assert [line.count for line in facet.lines] == [12, 0]


@pytest.mark.parametrize("tags", [["vip", "prod"], {"plan": "vip"}, "vip"])
def test_a_trace_is_found_by_the_tags_it_came_with(project: Project, tags: object) -> None:
    with project.ingest("more.jsonl") as writer:
        writer.run("base", system="b", dataset="cases", details={})
        body = {"messages": [], "metadata": {"tags": tags}}
        writer.add(TraceRecord(Scenario("T", "x"), body), "base")
        writer.finish("ann")
    assert project.traces.count(TraceQuery(text="vip")) == 1
