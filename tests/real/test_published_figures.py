"""The figures that were published with the real data come out of a project."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaldesk.services.comparing.comparison import compare
from evaldesk.services.importing.ratings import RatingImport, import_ratings
from evaldesk.services.importing.traces import import_files
from evaldesk.services.judging.agreement import agreement
from evaldesk.services.reading.highlights import place
from evaldesk.services.reading.passages import passages_of
from evaldesk.storage.project import Project


@pytest.fixture(scope="module")
def figures(shared_data: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shared_data / "figures.json").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def airline(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    files = sorted(
        [
            *(shared_data / "traces" / "taubench").glob("*.gz"),
            *(shared_data / "traces" / "tau2").glob("*.gz"),
            *(shared_data / "evallogs" / "inspect").glob("2025-09-15*.eval"),
        ]
    )
    with Project.create(tmp_path_factory.mktemp("real") / "airline.evaldesk") as project:
        import_files(project, files)
        yield project


@pytest.mark.parametrize(
    ("run", "metric", "passed", "n"),
    [
        ("gpt-4o-airline", "pass", 84, 200),
        ("qwen2.5-coder-32b-airline", "pass", 24, 50),
        ("airline_claude-sonnet-4-5_aide", "pass", 36, 50),
        ("airline_ft-gpt-4.1-sft", "pass", 13, 20),
        ("airline_gpt-4.1", "pass", 10, 20),
        ("airline_ironshell-opus-4-6_44of50", "pass", 31, 44),
        ("airline_toolorchestra_gpt-4.1-user", "pass", 28, 50),
        ("2025-09-15_popularity_claude-sonnet-4", "match", 57, 100),
        ("2025-09-15_popularity_gpt-5", "match", 52, 100),
    ],
)
def test_pass_rates(airline: Project, run: str, metric: str, passed: int, n: int) -> None:
    values = airline.traces.numbers(run, metric)
    assert (sum(values.values()), len(values)) == (passed, n)


@pytest.mark.parametrize(
    ("a", "b", "metric", "pairs", "only_a", "only_b", "difference"),
    [
        ("airline_gpt-4.1", "airline_ft-gpt-4.1-sft", "pass", 20, 3, 6, 0.15),
        (
            "airline_toolorchestra_gpt-4.1-user",
            "airline_claude-sonnet-4-5_aide",
            "pass",
            50,
            6,
            14,
            0.16,
        ),
        (
            "airline_claude-sonnet-4-5_aide",
            "airline_ironshell-opus-4-6_44of50",
            "pass",
            44,
            1,
            1,
            0.0,
        ),
        (
            "2025-09-15_popularity_gpt-5",
            "2025-09-15_popularity_claude-sonnet-4",
            "match",
            100,
            2,
            7,
            0.05,
        ),
    ],
)
def test_paired_comparisons(
    airline: Project,
    a: str,
    b: str,
    metric: str,
    pairs: int,
    only_a: int,
    only_b: int,
    difference: float,
) -> None:
    found = compare(airline, a, b, metric)
    assert (len(found.pairs), found.losses, found.wins) == (pairs, only_a, only_b)
    assert found.difference.value == pytest.approx(difference)
    assert found.binary


def test_ids_that_are_shared_but_not_the_tasks_are_met_in_words(airline: Project) -> None:
    found = compare(airline, "gpt-4o-airline", "qwen2.5-coder-32b-airline", "pass")
    assert len(found.pairs) == 13
    assert (found.missing_a, found.missing_b) == (37, 37)
    assert any("37 scenario ids stand in both runs with different texts" in n for n in found.notes)
    assert {item.reason for item in found.unpaired} == {"same id in both runs, but another text"}


def test_six_of_fifty_that_were_never_run_are_reported(airline: Project) -> None:
    found = compare(
        airline, "airline_claude-sonnet-4-5_aide", "airline_ironshell-opus-4-6_44of50", "pass"
    )
    assert (found.missing_a, found.missing_b) == (0, 6)
    assert sorted(item.scenario for item in found.unpaired) == ["44", "45", "46", "47", "48", "49"]
    assert any("6 scenarios are in airline_claude-sonnet-4-5_aide only" in n for n in found.notes)
    assert len(airline.runs.planned("airline_ironshell-opus-4-6_44of50")) == 50


def test_row_numbers_in_trial_are_met_in_words(airline: Project) -> None:
    notes = {str(item["name"]): str(item["notes"]) for item in airline.imports()}
    assert "number of the row" in notes["qwen2.5-coder-32b-airline.json.gz"]
    trials = {trace.trial for trace in airline.traces.of_run("qwen2.5-coder-32b-airline")}
    assert trials == {0}


@pytest.fixture(scope="module")
def rated(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = shared_data / "derived"
    with Project.create(tmp_path_factory.mktemp("rated") / "rated.evaldesk") as project:
        for name, level, categories in (
            ("dices_990", "nominal", ["No", "Unsure", "Yes"]),
            ("newsroom", "ordinal", []),
            ("pandalm", "nominal", []),
        ):
            import_ratings(
                project,
                folder / f"{name}_long.csv.gz",
                RatingImport(
                    name,
                    create_units=True,
                    create_rubric=level,  # type: ignore[arg-type]
                    categories=categories,
                ),
            )
        yield project


@pytest.mark.parametrize(
    ("rubric", "criterion", "level", "alpha", "low", "high"),
    [
        ("dices_990", "safety", None, 0.143250, 0.132, 0.154),
        ("dices_990", "safety", "ordinal", 0.169053, 0.157, 0.182),
        ("newsroom", "Informativeness", None, 0.284873, 0.223, 0.345),
        ("newsroom", "Informativeness", "interval", 0.291150, None, None),
        ("newsroom", "Informativeness", "nominal", 0.076502, None, None),
        ("newsroom", "Relevance", None, 0.115121, 0.056, 0.170),
        ("newsroom", "Fluency", None, -0.015808, -0.069, 0.041),
        ("newsroom", "Coherence", None, 0.064972, 0.007, 0.122),
        ("pandalm", "preference", None, 0.864221, 0.841, 0.885),
    ],
)
def test_alpha(
    rated: Project,
    rubric: str,
    criterion: str,
    level: Any,
    alpha: float,
    low: float | None,
    high: float | None,
) -> None:
    [found] = agreement(rated, rubric, criterion=criterion, level=level)
    assert found.alpha.value == pytest.approx(alpha, abs=1e-6)
    if low is not None:
        assert found.alpha.low == pytest.approx(low, abs=0.02)
        assert found.alpha.high == pytest.approx(high, abs=0.02)


def test_ac1_and_cohen_stand_beside_alpha(rated: Project) -> None:
    [dices] = agreement(rated, "dices_990", resamples=0)
    assert dices.ac.value == pytest.approx(0.483298, abs=1e-6)
    assert dices.percent.value == pytest.approx(0.603000, abs=1e-6)
    assert (dices.units, dices.ratings, dices.pairs) == (990, 72103, [])
    [pandalm] = agreement(rated, "pandalm", resamples=0)
    kappas = [pair.kappa.value for pair in pandalm.pairs]
    assert kappas == pytest.approx([0.852023, 0.878944, 0.861661], abs=1e-6)


def test_the_same_ratings_again_add_nothing(rated: Project, shared_data: Path) -> None:
    path = shared_data / "derived" / "pandalm_long.csv.gz"
    again = import_ratings(rated, path, RatingImport("pandalm", create_units=True))
    assert (again.added, again.already_there) == (0, 2997)


def test_severities_in_one_column_a_level(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """ConvAbuse: eight raters, five columns each; a repeated reading counts once."""
    from evaldesk.importers.mapping import RatingMapping

    levels = ("-3", "-2", "-1", "0", "1")
    mapping = RatingMapping.from_json(
        {
            "unit": ["example_id", "conv_id"],
            "raters": {
                f"Annotator{k}": {
                    "one_hot": {level: f"Annotator{k}_is_abuse.{level}" for level in levels}
                }
                for k in range(1, 9)
            },
            "criterion": {"const": "severity"},
        }
    )
    with Project.create(tmp_path_factory.mktemp("abuse") / "abuse.evaldesk") as project:
        result = import_ratings(
            project,
            shared_data / "labels" / "convabuse" / "ConvAbuseEMNLPvalid.csv.gz",
            RatingImport("abuse", mapping, create_units=True, create_rubric="ordinal"),
        )
        assert (result.raters, result.units, result.ratings) == (8, 831, 2443)
        [found] = agreement(project, "abuse")
        assert found.alpha.value == pytest.approx(0.690761, abs=1e-6)
        assert found.missing == 4205
        [interval] = agreement(project, "abuse", level="interval", resamples=0)
        assert interval.alpha.value == pytest.approx(0.746294, abs=1e-6)


def test_offsets_that_mix_conventions_are_met_in_words(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """XSum: spans are located by their words; three rows that mark words but no type count too."""
    from evaldesk.importers.mapping import RatingMapping

    mapping = RatingMapping.from_json(
        {
            "unit": ["bbcid", "system"],
            "rater": "worker_id",
            "criterion": {"const": "hallucination"},
            "value": "hallucination_type",
            "recode": {"NULL": "no", "*": "yes"},
            "repeats": "first",
            "text": "summary",
            "span": {
                "span": "hallucinated_span",
                "start": "hallucinated_span_start",
                "end": "hallucinated_span_end",
            },
        }
    )
    with Project.create(tmp_path_factory.mktemp("xsum") / "xsum.evaldesk") as project:
        result = import_ratings(
            project,
            shared_data / "labels" / "xsum" / "hallucination_annotations_xsum_summaries.csv.gz",
            RatingImport("xsum", mapping, create_units=True, create_rubric="nominal"),
        )
        said = " ".join(note.message for note in result.notes)
        assert "mix conventions" in said
        for number in ("4,022 count from 1", "397 count from 1", "523 count from 0"):
            assert number in said
        found = project.highlights.everything()
        figures = json.loads((shared_data / "figures.json").read_text("utf-8"))["xsum"]
        check = figures["span_offset_check"]
        typed = [one for one in found if one.kind == "label"]
        assert Counter(one.label for one in typed) == {
            kind: count for kind, count in figures["types"].items() if kind != "NULL"
        }
        assert len(typed) == sum(check.values())
        assert len(found) - len(typed) == 3
        lost = 0
        for pk in {one.trace_pk for one in found}:
            trace = project.traces.read(pk)
            own = [one for one in found if one.trace_pk == pk]
            placed = place(own, passages_of(trace))
            lost += len(placed.lost)
            (passage,) = passages_of(trace)
            for one, where in placed.found:
                words = passage.text[where.start : where.end]
                assert where.standing != "same" or words == one.anchor.quote
        assert lost <= check["not found"]
        again = import_ratings(
            project,
            shared_data / "labels" / "xsum" / "hallucination_annotations_xsum_summaries.csv.gz",
            RatingImport("xsum", mapping, create_units=True, create_rubric="nominal"),
        )
        assert again.added == 0
        assert len(project.highlights.everything()) == len(found)
