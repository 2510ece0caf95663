"""Published pairwise data: what their authors counted is what comes out."""

import json
from pathlib import Path

import pytest

from evaldesk.domain.preference import Preference
from evaldesk.services.exporting.preference_files import (
    PreferenceImport,
    export_preferences,
    import_preferences,
)
from evaldesk.services.judging.preferences import findings
from evaldesk.storage.project import Project

OPTIONS = PreferenceImport("Round", "P", create_rubric=True, create_units=True, author="Olga")


@pytest.mark.parametrize(
    "judge", ["ChatGPT_CoT", "ChatGPT_Vanilla_NoRules", "GPT-4_CoT", "LLaMA2_Vanilla_NoRules"]
)
def test_llmbar_judges_in_both_orders(shared_data: Path, tmp_path: Path, judge: str) -> None:
    folder = shared_data / "labels" / "llmbar" / "Natural"
    published = json.loads((shared_data / "figures.json").read_text())["llmbar"]["Natural"][judge]
    with Project.create(tmp_path / "p.evaldesk") as project:
        import_preferences(project, [folder / f"{judge}_result.json.gz"], OPTIONS)
        given = project.preferences.current("Round")
        (found,) = findings(project, "Round", resamples=200)
    choices: dict[int, dict[str, Preference]] = {}
    for one in given:
        key = "label" if one.rater == "LLMBar label" else f"order {one.reading}"
        choices.setdefault(one.pair, {})[key] = one
    assert len(choices) == 100

    def right(key: str) -> int:
        return sum(
            key in one and one[key].choice == one["label"].choice for one in choices.values()
        )

    assert right("order 0") == published["acc_not_swapped"]["passed"]
    assert right("order 1") == published["acc_swapped"]["passed"]
    twice = [one for one in choices.values() if {"order 0", "order 1"} <= one.keys()]
    same = sum(one["order 0"].choice == one["order 1"].choice for one in twice)
    assert same == published["same_answer_both_orders"]
    consistent = found.position.consistent
    assert consistent.n == len(twice)
    assert consistent.value == pytest.approx(same / len(twice))
    # What the judge saw first stood on the left.
    first = sum(
        one[f"order {n}"].choice == ("a", "b")[n]
        for one in choices.values()
        for n in (0, 1)
        if f"order {n}" in one
    )
    judged = sum(f"order {n}" in one for one in choices.values() for n in (0, 1))
    assert found.position.left.value == pytest.approx(first / judged)
    assert found.position.left.n == judged
    assert found.position.unknown == 100


def test_pandalm_people_and_models(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "labels" / "pandalm" / "testset-v1.json.gz"
    with Project.create(tmp_path / "p.evaldesk") as project:
        came = import_preferences(project, [path], OPTIONS)
        assert (came.pairs, came.raters, came.added) == (999, 3, 2997)
        (found,) = findings(project, "Round", resamples=200)
        given = project.preferences.current("Round")
        rows = {
            row.pk: row.run
            for row in project.traces.rows(
                [pk for p in project.preferences.pairs("Round") for pk in (p.a, p.b)]
            )
        }
        pairs = {p.number: (rows[p.a], rows[p.b]) for p in project.preferences.pairs("Round")}
    # Published Krippendorff's alpha of the three, and how the majorities of LLaMA-7B against
    # Bloom-7B fell: 72 won, 28 lost, 11 tied.
    assert found.agreement.nominal.value == pytest.approx(0.864221, abs=5e-7)
    assert {one.run for one in found.strengths} == {
        "llama-7b",
        "bloom-7b",
        "opt-7b",
        "pythia-6.9b",
        "cerebras-gpt-6.7B",
    }
    assert found.strengths[0].run == "llama-7b"
    votes: dict[int, list[str]] = {}
    for one in given:
        if pairs[one.pair] == ("bloom-7b", "llama-7b"):
            votes.setdefault(one.pair, []).append(str(one.choice))
    majorities = [max(set(one), key=one.count) for one in votes.values()]
    assert [majorities.count(choice) for choice in ("b", "a", "tie")] == [72, 28, 11]


@pytest.mark.parametrize("name", ["table.csv", "table.jsonl"])
def test_what_goes_out_comes_back(shared_data: Path, tmp_path: Path, name: str) -> None:
    folder = shared_data / "labels" / "llmbar" / "Natural"
    source = folder / "LLaMA2_CoT_result.json.gz"
    with Project.create(tmp_path / "one.evaldesk") as project:
        import_preferences(project, [source], OPTIONS)
        rows = export_preferences(project, "Round", tmp_path / name)
        before = findings(project, "Round", resamples=200)
    assert rows == 300
    with Project.create(tmp_path / "two.evaldesk") as project:
        # The traces are there, under another round's name.
        other = PreferenceImport("Other", "P", create_rubric=True, create_units=True)
        import_preferences(project, [source], other)
        back = PreferenceImport("Round", "P", author="Olga")
        came = import_preferences(project, [tmp_path / name], back)
        assert (came.added, came.already_there, came.traces) == (300, 0, 0)
        assert findings(project, "Round", resamples=200) == before
        assert import_preferences(project, [tmp_path / name], back).already_there == 300
        export_preferences(project, "Round", tmp_path / f"again-{name}")
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()
