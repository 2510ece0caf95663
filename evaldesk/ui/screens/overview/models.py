"""The table of runs."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from evaldesk.domain.project import RunInfo
from evaldesk.domain.report import MetricSummary
from evaldesk.ui.widgets.figures import estimate_detail, estimate_text, number

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
FIXED = 5


class RunsModel(QAbstractTableModel):
    """Run, system, dataset, traces, errors, then a column for each score of any run."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: Sequence[RunInfo] = ()
        self.metrics: tuple[str, ...] = ()
        self._scores: Mapping[str, Mapping[str, MetricSummary]] = {}

    def show_runs(self, runs: Sequence[RunInfo]) -> None:
        """Other runs; their scores follow by `show_scores`."""
        self.beginResetModel()
        self.runs = runs
        self.metrics = tuple(dict.fromkeys(name for run in runs for name in run.metrics))
        self.endResetModel()

    def show_scores(self, scores: Mapping[str, Sequence[MetricSummary]]) -> None:
        """What each run scored."""
        self._scores = {
            run: {item.metric: item for item in summaries} for run, summaries in scores.items()
        }
        if self.runs and self.metrics:
            self.dataChanged.emit(
                self.index(0, FIXED), self.index(len(self.runs) - 1, self.columnCount() - 1)
            )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Runs."""
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Fixed columns and scores."""
        return 0 if parent.isValid() else FIXED + len(self.metrics)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Headings; numbers stand at the right."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            if section >= FIXED:
                return self.metrics[section - FIXED]
            return (
                self.tr("Run"),
                self.tr("System"),
                self.tr("Dataset"),
                self.tr("Traces"),
                self.tr("Errors"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (3, 4):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """One cell; its tooltip has the n and the method of a score."""
        run, column = self.runs[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (3, 4):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if column >= FIXED:
            return self._score(run, self.metrics[column - FIXED], role)
        values = (run.name, run.system, run.dataset, run.traces, run.errors)
        value = values[column]
        if role == SORT_ROLE:
            return value.casefold() if isinstance(value, str) else value
        if role == Qt.ItemDataRole.DisplayRole:
            return number(value) if isinstance(value, int) else value
        if role == Qt.ItemDataRole.ToolTipRole and column == 0:
            return run.source
        return None

    def _score(self, run: RunInfo, metric: str, role: int) -> object:
        summary = self._scores.get(run.name, {}).get(metric)
        if summary is None:
            if role == Qt.ItemDataRole.DisplayRole:
                return "…" if metric in run.metrics and run.name not in self._scores else ""
            return None
        if role == SORT_ROLE:
            value = summary.estimate.value
            return float("-inf") if value is None else value
        if role == Qt.ItemDataRole.DisplayRole:
            return estimate_text(summary.estimate, as_percent=summary.binary)
        if role == Qt.ItemDataRole.ToolTipRole:
            left_out = []
            if summary.errors:
                left_out.append(
                    self.tr("%1 with an infrastructure error left out").replace(
                        "%1", number(summary.errors)
                    )
                )
            if summary.missing:
                left_out.append(
                    self.tr("%1 without this score").replace("%1", number(summary.missing))
                )
            return "\n".join([estimate_detail(summary.estimate), *left_out])
        return None
