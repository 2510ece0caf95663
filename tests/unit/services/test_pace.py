"""What is usual for a rater, and what stands out."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.round import RoundDraft, RoundItem
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceBody, TraceRecord
from evaldesk.services.labelling import review
from evaldesk.services.labelling.pace import FEWEST, pace, pace_of, today
from evaldesk.services.labelling.undo import SUBMISSION, Step
from evaldesk.services.rounds import queue as round_queue
from evaldesk.storage.project import Project


def test_an_item_stands_out_by_a_factor_and_by_the_spread() -> None:
    steady = dict.fromkeys(range(20), 60.0)
    found = pace_of({**steady, 100: 119.0, 101: 121.0, 102: 31.0, 103: 29.0})
    assert found.usual == 60.0
    assert [found.unusual(item) for item in (0, 100, 101, 102, 103, 999)] == [
        "",
        "",
        "slow",
        "",
        "fast",
        "",
    ]
    # Where times vary by a lot, four times the usual is nothing.
    varied = {item: 60.0 * 2.0 ** ((item % 5) - 2) for item in range(40)}
    assert pace_of({**varied, 100: 240.0}).unusual(100) == ""


def test_few_items_are_never_unusual() -> None:
    few = dict.fromkeys(range(FEWEST - 1), 60.0) | {0: 6000.0}
    assert pace_of(few).unusual(0) == ""
    assert pace_of({}).usual is None


@given(st.lists(st.floats(0.1, 10_000), min_size=FEWEST, max_size=60), st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(seconds: list[float], factor: float) -> None:
    one = pace_of(dict(enumerate(seconds)))
    other = pace_of({place: value * factor for place, value in enumerate(seconds)})
    assert one.fast is not None
    assert one.slow is not None
    margin = 1e-9
    for place, value in enumerate(seconds):
        if min(abs(value / one.fast - 1), abs(value / one.slow - 1)) > margin:
            assert one.unusual(place) == other.unusual(place)
    # Half of the items or fewer stand out, however they lie.
    assert sum(bool(one.unusual(place)) for place in range(len(seconds))) <= len(seconds) / 2


def test_a_pace_is_of_what_was_handed_in_and_tells_repeats_apart(tmp_path: Path) -> None:
    rubric = Rubric.from_json(
        {"name": "Q", "criteria": [{"name": "ok", "scale": {"kind": "binary"}}]}
    )
    with Project.create(tmp_path / "p.evaldesk") as project:
        with project.ingest("made") as writer:
            writer.run("r", system="s", dataset="", details={})
            body: TraceBody = {"messages": []}
            for number in range(3):
                writer.add(TraceRecord(Scenario(key=f"S{number}", input=str(number)), body), "r")
            writer.finish("")
        project.rubrics.save(rubric, "Olga")
        items = [RoundItem(pk, ("Ada", "Bo"), repeats=("Ada",)) for pk in (1, 2, 3)]
        project.rounds.start(RoundDraft("M", "main", "Q", ("Ada", "Bo"), items), "Olga")
        for pk, reading, rater, ms in (
            (1, 0, "Ada", 5000),
            (1, 0, "Ada", 1000),
            (1, 1, "Ada", 2000),
            (2, 0, "Ada", 9000),
            (1, 0, "Bo", 70_000),
        ):
            project.work_times.spent(pk, "Q", rater, ms, round="M", reading=reading)
        for item in (1, -1):
            for step in (Step(item, "ok", None, "yes"), Step(item, SUBMISSION, None, "submitted")):
                review.apply(project, rubric, "Ada", step, round="M")
        found = pace(project, round_queue.round_queue(project, "M", "Ada"))
        assert (found.seconds, found.usual) == ({1: 6.0, -1: 2.0, 2: 9.0}, 4.0)
        assert project.work_times.of_round("M") == [2.0, 6.0, 9.0, 70.0]
        now = datetime.now(UTC)
        done = today(project, "Ada", now)
        assert (done.items, done.seconds) == (2, 17.0)
        # Midnight is that of the person's own place.
        ahead = (now + timedelta(days=1)).astimezone(timezone(timedelta(hours=0)))
        assert today(project, "Ada", ahead).items == 0
