"""Real files go through the screen: what it shows, what comes in, and the traps in words."""

from pathlib import Path

import pytest

from evaldesk.services.importing.preview import choices
from evaldesk.storage.project import Project
from evaldesk.ui.screens.imports.page import ImportPage
from tests.gui.imports.test_importing import choose, words


def bring_in(page: ImportPage, *paths: Path) -> str:
    page.add(paths)
    assert page.controller.can_run, [
        (entry.path.name, entry.error, entry.look and entry.look.problems)
        for entry in page.controller.files.entries
    ]
    page.controller.run()
    assert page.results.isVisible()
    return words(page)


@pytest.mark.real
def test_tau2_says_which_tasks_are_missing(
    page: ImportPage, shared_data: Path, project: Project
) -> None:
    folder = shared_data / "traces" / "tau2"
    page.add([folder / "airline_ironshell-opus-4-6_44of50.json.gz"])
    trace = page.preview.trace.trace
    assert trace is not None
    assert set(trace.row.scores) == {"reward", "pass"}
    said = bring_in(page, folder / "airline_ironshell-opus-4-6_44of50.json.gz")
    assert "44 of 50 tasks" in said
    assert project.info().traces == 44


@pytest.mark.real
def test_row_numbers_in_trial_are_told_before_and_after(
    page: ImportPage, shared_data: Path, project: Project
) -> None:
    path = shared_data / "traces" / "taubench" / "qwen2.5-coder-32b-airline.json.gz"
    said = bring_in(page, path)
    assert "number of the row" in said
    assert project.info().traces == 50


@pytest.mark.real
def test_an_inspect_log_with_zstd_members(
    page: ImportPage, shared_data: Path, project: Project
) -> None:
    folder = shared_data / "evallogs" / "inspect-repacked"
    page.add([folder / "2025-09-15_popularity_claude-sonnet-4.zstd.eval"])
    assert page.current is not None
    assert page.current.look is not None
    assert page.current.look.format == "inspect"
    assert not page.columns.isVisible()
    page.controller.run()
    assert project.info().traces == 100


@pytest.mark.real
def test_a_table_whose_answers_have_an_odd_name(
    page: ImportPage, shared_data: Path, project: Project
) -> None:
    page.add([shared_data / "labels" / "faithdial_audit" / "ctrl_processed_wow.csv"])
    assert "test cases without traces" in page.preview.notes.text()
    choose(page, "output", "ctrl")
    assert "test cases without traces" not in page.preview.notes.text()
    page.controller.run()
    assert project.info().traces == 200


@pytest.mark.real
def test_a_long_table_of_ratings(page: ImportPage, shared_data: Path, project: Project) -> None:
    page.add([shared_data / "derived" / "dices_990_long.csv.gz"])
    assert page.current is not None
    assert page.current.kind == "ratings"
    assert page.current.choices.create_units
    page.controller.run()
    assert project.info().ratings == 72103
    assert "not people" in words(page)


@pytest.mark.real
def test_a_wide_table_by_a_saved_mapping(
    page: ImportPage, shared_data: Path, project: Project
) -> None:
    levels = ("1", "0", "-1", "-2", "-3")
    mapping = {
        "unit": "example_id",
        "criterion": {"const": "severity"},
        "text": "user",
        "raters": {
            f"Annotator{n}": {
                "one_hot": {level: f"Annotator{n}_is_abuse.{level}" for level in levels}
            }
            for n in range(1, 9)
        },
    }
    project.save_mapping("ConvAbuse", "ratings", mapping)
    page.controller.read_lists()
    page.add([shared_data / "labels" / "convabuse" / "ConvAbuseEMNLPvalid.csv.gz"])
    entry = page.current
    assert entry is not None
    page.controller.use_mapping(entry, "ConvAbuse")
    assert entry.look is not None
    assert entry.look.mapping is not None
    # Through the fields and out again, nothing of the mapping is lost.
    assert page.columns.mapping() == entry.look.mapping
    assert entry.look.criteria == ("severity",)
    page.controller.say(entry, level="ordinal", categories=("-3", "-2", "-1", "0", "1"))
    page.controller.run()
    assert project.info().ratings == 2443
    assert "In 58 places one rater read the same row twice" in words(page)


@pytest.mark.real
def test_pandalm_is_seen_as_ratings(page: ImportPage, shared_data: Path, project: Project) -> None:
    page.add([shared_data / "labels" / "pandalm" / "testset-v1.json.gz"])
    assert page.current is not None
    assert page.current.look is not None
    assert page.current.look.format == "ratings-wide"
    page.controller.run()
    assert project.info().ratings == 2997


@pytest.mark.real
def test_every_file_is_looked_into_without_a_fault(
    page: ImportPage, shared_data: Path, reported: list[BaseException]
) -> None:
    paths = [
        path
        for folder in ("traces", "evallogs", "labels", "derived", "reference")
        for path in sorted((shared_data / folder).rglob("*"))
        if path.is_file() and "whowhen" not in path.parts
    ]
    page.add(paths)
    assert reported == []
    known = {item.name for kind in ("traces", "ratings") for item in choices(kind)}
    for row, entry in enumerate(page.controller.files.entries):
        page.list.setCurrentIndex(page.controller.files.index(row))
        # Either it is read, or it is said why not.
        if entry.look is None:
            assert entry.error is not None, entry.path
            assert page.preview.nothing.text()
        else:
            assert entry.look.format in known
            assert (
                entry.look.traces
                or entry.look.ratings
                or entry.look.problems
                or ("no-samples" in entry.path.name)
            ), entry.path
        mapping = page.columns.mapping() if page.columns.isVisible() else None
        if mapping is not None and entry.look is not None:
            assert mapping == entry.look.mapping, entry.path
