"""What stands around a comparison: the first choice, the slices, failures on a tier."""

import pytest

from evaldesk.domain.comparison import PairedValue
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.services.comparing.study import Question, choices, names, study, tier_failures
from evaldesk.storage.project import Project


def write(project, run, count, *, start=0, tier="", prefix="S", slices=None, values=None, errors=0):
    with project.ingest(f"{run}.jsonl") as writer:
        writer.run(run, system="", dataset=prefix, details={})
        for number in range(start, start + count):
            record = TraceRecord(
                scenario=Scenario(
                    f"{prefix}-{number}",
                    f"Question {prefix} {number}",
                    tier=tier,
                    slices=slices(number) if slices else {},
                ),
                run=run,
                status="error" if number < errors else "ok",
                body={"messages": []},
                scores={"quality": Score(values(number) if values else float(number % 2))},
            )
            writer.add(record, run)
        writer.finish("tester")


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "p.evaldesk", "P") as made:
        yield made


def test_the_first_choice_is_the_pair_that_shares_most_older_first(project):
    write(project, "one", 10)
    write(project, "two", 8)
    write(project, "other", 20, prefix="T")
    found = choices(project)
    assert found.suggested == ("one", "two")
    assert [run.name for run in found.runs] == ["other", "two", "one"]
    assert found.project == project.get("id")


def test_runs_say_how_many_errors_they_have(project):
    write(project, "one", 10, errors=3)
    write(project, "two", 10)
    found = choices(project)
    assert [run.errors for run in found.runs] == [0, 3]


def test_of_equals_the_newest_are_chosen(project):
    for name in ("one", "two", "three"):
        write(project, name, 5)
    assert choices(project).suggested == ("two", "three")


def test_one_run_is_no_choice(project):
    assert choices(project).suggested is None
    write(project, "one", 3)
    assert choices(project).suggested is None


def test_a_metric_that_the_runs_lack_becomes_their_first_score(project):
    write(project, "one", 4)
    write(project, "two", 4)
    found = study(project, Question("one", "two", metric="pass", tier="critical"))
    assert found.question.metric == "quality"
    assert found.question.tier == ""
    assert found.rate


def test_only_slices_that_a_person_reads_and_both_runs_have(project):
    def slices(number):
        return {"half": "ab"[number % 2], "customer": f"C{number}", "same": "x"}

    write(project, "one", 30, slices=slices)
    write(project, "two", 30)
    write(project, "far", 5, prefix="T", slices=lambda number: {"only": "ab"[number % 2]})
    found = study(project, Question("one", "two"))
    assert {part.name for part in found.comparison.slices} == {"half"}
    assert {frozenset(group) for group in found.groups.values()} == {frozenset({"half"})}


def test_a_slice_of_runs_without_a_pair_is_no_error(project):
    write(project, "one", 6, slices=lambda number: {"half": "ab"[number % 2]})
    write(project, "far", 6, prefix="T", slices=lambda number: {"half": "ab"[number % 2]})
    found = study(project, Question("one", "far"))
    assert found.comparison.pairs == []
    assert found.comparison.difference.undefined_reason == "undefined: there is no pair"


def test_numbers_are_no_rate(project):
    write(project, "one", 6, values=lambda number: number / 6)
    write(project, "two", 6, values=lambda number: number / 5)
    assert not study(project, Question("one", "two")).rate


def test_names_and_datasets(project):
    write(project, "one", 4, tier="important")
    write(project, "two", 4, start=2, tier="critical")
    found = names(project, Question("one", "two"))
    assert found.tiers == ("critical", "important")
    assert found.metrics[0] == "quality"
    assert study(project, Question("one", "two")).dataset.startswith("S · ")


def test_what_cannot_be_asked_is_refused(project):
    write(project, "one", 4)
    with pytest.raises(NotFoundError):
        study(project, Question("one", "never"))
    with pytest.raises(UsageError):
        study(project, Question("one", "one"))


def pair(tier, b):
    return PairedValue("s", "t", tier, 1.0, b, 1, 2)


@pytest.mark.parametrize(
    ("failures", "n", "upper"),
    [(0, 59, 0.0495), (0, 598, 0.005), (1, 34, 0.1321), (1, 1, 1.0)],
)
def test_the_upper_bound_is_one_sided(failures, n, upper):
    # 0 of 59 is the first n that shows less than 5 %, 0 of 598 less than 0.5 %.
    pairs = [pair("critical", float(i >= failures)) for i in range(n)]
    found = tier_failures([*pairs, pair("important", 0.0)], "critical", "higher")
    assert (found.failures, found.n) == (failures, n)
    assert found.upper.high == pytest.approx(upper, abs=1e-4)
    assert found.upper.low is None
    assert found.upper.level == 0.95


def test_a_trial_that_failed_counts_and_no_pair_is_undefined():
    found = tier_failures([pair("critical", 0.75), pair("critical", 1.0)], "critical", "higher")
    assert found.failures == 1
    assert tier_failures([pair("critical", 0.0)], "critical", "lower").failures == 0
    nothing = tier_failures([], "critical", "higher")
    assert nothing.upper.value is None
    assert nothing.upper.undefined_reason == "no pair is of the tier critical"
