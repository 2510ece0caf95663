"""Returns merged in any order, some of them twice, give the same project."""

import shutil
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaldesk.storage.integrity import check
from evaldesk.storage.project import Project
from tests import histories


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Project]]:
    folder = tmp_path_factory.mktemp("histories")
    one, two = folder / "one.evaldesk", folder / "two.evaldesk"
    with Project.create(one) as project:
        histories.prepare(project)
    shutil.copy(one, two)
    with Project.open(one) as first, Project.open(two) as second:
        yield first, second
        for project in (first, second):
            assert check(project.database).faults == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_the_order_of_merging_does_not_matter(projects: tuple[Project, Project], seed: int) -> None:
    random = Random(seed)
    one, two = projects
    # Each history has raters of its own: what earlier ones left behind is not looked at.
    tag = f"{seed}-{len(one.people.names())}"
    made = histories.history(random, tag, *histories.facts(one))
    histories.same_in_any_order(random, one, two, made)
