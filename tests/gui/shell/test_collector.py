"""Garbage is collected on the thread that draws, and wholly while nobody looks."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from evaldesk.app.collector import QUIET, YOUNG, Collector


class Knot:
    """Refers to itself, so that only a collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[Collector]:
    gc.collect()
    made = Collector(qapp)
    made.start()
    yield made
    made.deleteLater()
    gc.enable()


def test_knots_are_undone_by_a_look(collector: Collector) -> None:
    assert not gc.isenabled()
    knot = Knot()
    gone = weakref.ref(knot)
    del knot
    kept = [Knot() for _ in range(YOUNG)]
    assert gone() is not None
    collector.look()
    assert gone() is None
    assert len(kept) == YOUNG


def test_what_stayed_is_collected_when_the_person_looks_elsewhere(collector: Collector) -> None:
    old = Knot()
    gc.collect()
    gone = weakref.ref(old)
    del old
    collector.look()
    assert gone() is not None
    collector.parent().applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert gone() is None


def test_everything_is_collected_once_in_a_pause(collector: Collector) -> None:
    old = Knot()
    gc.collect()
    gone = weakref.ref(old)
    del old
    for _ in range(QUIET - 1):
        collector.look()
    assert gone() is not None
    collector.look()
    assert gone() is None
