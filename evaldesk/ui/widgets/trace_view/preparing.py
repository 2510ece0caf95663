"""Long texts laid out beside the window."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QThreadPool, Signal

from evaldesk.ui.widgets.trace_view.sections import Section


class Preparing(QObject):
    """Brings sections about on another thread.

    Signals:
        prepared(row, section).
    """

    prepared = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._begun: set[int] = set()
        self.prepared.connect(self._end)

    @property
    def busy(self) -> bool:
        """Whether anything is being prepared."""
        return bool(self._begun)

    def begin(self, wanted: Iterable[tuple[int, Section]]) -> None:
        """Prepare these, each once."""
        for row, section in wanted:
            if id(section) in self._begun or not section.heavy:
                continue
            self._begun.add(id(section))
            QThreadPool.globalInstance().start(lambda r=row, s=section: self._run(r, s))

    def _run(self, row: int, section: Section) -> None:
        section.prepare()
        try:
            self.prepared.emit(row, section)
        except RuntimeError:  # the view is gone
            pass

    def _end(self, _row: int, section: Section) -> None:
        self._begun.discard(id(section))
