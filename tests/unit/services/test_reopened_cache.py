"""What a new version reopens is read on from where it was read before, and is the same as anew."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceBody, TraceRecord
from evaldesk.services.rubrics import migration as rubric_migration
from evaldesk.storage.project import Project

QUESTIONS = ("Is it right?", "Is it right and complete?", "Is it complete?")


def rubric_of(question: int) -> Rubric:
    return Rubric.from_json(
        {
            "name": "Q",
            "criteria": [
                {"name": "ok", "question": QUESTIONS[question], "scale": {"kind": "binary"}},
                {"name": "tone", "scale": {"kind": "ordinal", "points": [1, 2]}},
            ],
        }
    )


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        with made.ingest("made") as writer:
            writer.run("r", system="s", dataset="", details={})
            body: TraceBody = {"messages": []}
            for number in range(4):
                writer.add(TraceRecord(Scenario(key=f"S{number}", input=str(number)), body), "r")
            writer.finish("")
        made.rubrics.save(rubric_of(0), "Olga")
        yield made


DEEDS = st.one_of(
    st.tuples(
        st.just("answer"),
        st.integers(1, 4),
        st.sampled_from(["Ada", "Bo"]),
        st.sampled_from([("ok", "yes"), ("ok", "no"), ("ok", None), ("tone", 1), ("tone", 2)]),
    ),
    st.tuples(st.just("submit"), st.integers(1, 4), st.sampled_from(["Ada", "Bo"])),
    st.tuples(st.just("reopen"), st.integers(1, 4), st.sampled_from(["Ada", "Bo"])),
    st.tuples(st.just("version"), st.integers(0, 2)),
    st.just(("look",)),
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(DEEDS, min_size=4, max_size=16))
def test_it_is_the_same_as_read_anew(project: Project, deeds: list[tuple[object, ...]]) -> None:
    for deed in deeds:
        kind, *rest = deed
        if kind == "answer":
            pk, rater, (name, value) = rest  # type: ignore[misc]
            project.ratings.answer(pk, "Q", name, rater, value)  # type: ignore[has-type]
        elif kind in ("submit", "reopen"):
            project.ratings.submit(rest[0], "Q", rest[1], reopen=kind == "reopen")  # type: ignore[arg-type]
        elif kind == "version":
            project.rubrics.save(rubric_of(rest[0]), "Olga")  # type: ignore[arg-type]
        rubric = project.rubrics.get("Q")
        for rater in ("Ada", "Bo"):
            kept = rubric_migration.reopened(project, rubric, rater)
            rubric_migration._known.pop(project, None) if kind == "version" else None
            assert kept == (
                rubric_migration._reopened(project, rubric, rater)
                if rubric_migration.lineage(project, rubric).may_reopen_any()
                else {}
            )


def test_nothing_is_read_again_where_nothing_was_written(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.ratings.answer(1, "Q", "ok", "Ada", "yes")
    project.ratings.submit(1, "Q", "Ada")
    project.rubrics.save(rubric_of(1), "Olga")
    rubric = project.rubrics.get("Q")
    read: list[object] = []
    plain = rubric_migration._reopened

    def counted(*args: object) -> dict[int, int]:
        read.append(args[3:])
        return plain(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(rubric_migration, "_reopened", counted)
    for _ in range(3):
        assert rubric_migration.reopened(project, rubric, "Ada") == {1: 0}
    assert read == [()]
    project.ratings.answer(2, "Q", "ok", "Bo", "yes")
    project.ratings.answer(3, "Q", "ok", "Ada", "yes")
    rubric_migration.reopened(project, rubric, "Ada")
    assert read == [(), ({3},)]
