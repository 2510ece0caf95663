"""A fresh project for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaldesk.storage.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "test.evaldesk", "Test") as made:
        yield made
