"""Whether scenarios stand word for word in text that a system may have seen."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.errors import EvalDeskError
from evaldesk.services.datasets.leakage import (
    LeakReport,
    file_text,
    leakage,
    plain_text,
    system_prompts,
)
from evaldesk.services.datasets.scenario_text import input_text
from evaldesk.services.datasets.word_overlap import NGRAM, SHORTEST
from evaldesk.ui.screens.datasets.controller import DatasetsController
from evaldesk.ui.screens.datasets.delegates import CellDelegate
from evaldesk.ui.screens.datasets.models import ROW, Line, LinesModel
from evaldesk.ui.screens.datasets.pickers import SHOWN, SearchBar, mark, reading_field
from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import counted, percent
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.spin_box import roomy
from evaldesk.ui.widgets.table import Table

KIND = "leakage"


class LeakageTab(QWidget):
    """Looks for the version in sight in files, pasted text and the runs' own prompts.

    Signals:
        scenario_wanted(pk): the person wants to see it.
    """

    scenario_wanted = Signal(int)

    def __init__(self, controller: DatasetsController) -> None:
        super().__init__()
        self._controller = controller
        self.found: LeakReport | None = None
        self.files: list[Path] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._sources())
        outer.addWidget(hairline())
        self.empty = EmptyState("")
        self.empty.add_action(self.tr("Add files …"), self.add_files, primary=True)
        outer.addWidget(self.empty, 1)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self.model = LinesModel(self)
        self.table = Table(name=self.tr("What was found"))
        self.table.setModel(self.model)
        self.table.setItemDelegate(CellDelegate(self.table))
        # As it was found, until a heading is clicked.
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.selectionModel().currentChanged.connect(self._show_text)
        self.table.chosen.connect(
            lambda index: self.scenario_wanted.emit(index.data(ROW).key.row.pk)
        )
        self._splitter.addWidget(self.table)
        holder = QWidget()
        holder.setProperty("surface", "pane")
        holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(holder)
        column.setContentsMargins(16, 10, 16, 12)
        self.caption = text_label("", "heading", wrap=True)
        self.text = reading_field(self.tr("The scenario, with the longest run marked"))
        column.addWidget(self.caption)
        column.addWidget(self.text, 1)
        self._splitter.addWidget(holder)
        self._splitter.setSizes([260, 220])
        outer.addWidget(self._splitter, 1)
        outer.addWidget(hairline())
        foot = QWidget()
        foot.setProperty("surface", "pane")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QVBoxLayout(foot)
        inside.setContentsMargins(16, 8, 16, 10)
        self.limits = text_label("", "muted", wrap=True)
        inside.addWidget(self.limits)
        self._foot = foot
        outer.addWidget(foot)
        controller.worked.connect(self._worked)
        controller.found.connect(self._take)
        controller.chosen.connect(self._forget)
        self._forget()
        self._show_sources()

    def _sources(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        bar = QHBoxLayout()
        bar.setSpacing(10)
        self.add_button = QPushButton(self.tr("Add files …"))
        self.add_button.setToolTip(self.tr("Text, JSON or JSON lines, also gzipped; any size"))
        self.add_button.clicked.connect(self.add_files)
        bar.addWidget(self.add_button)
        self.paste_button = QPushButton(self.tr("Paste text"))
        self.paste_button.setCheckable(True)
        self.paste_button.toggled.connect(self._toggle_paste)
        bar.addWidget(self.paste_button)
        self.prompts = QCheckBox(self.tr("The runs' system prompts"))
        self.prompts.setToolTip(
            self.tr("Finds scenarios that stand as examples in a prompt of the project's traces")
        )
        self.prompts.setChecked(True)
        self.prompts.toggled.connect(lambda _: self._show_sources())
        bar.addWidget(self.prompts)
        bar.addStretch(1)
        bar.addWidget(text_label(self.tr("Words in a row"), "muted"))
        self.ngram = roomy(QSpinBox())
        self.ngram.setRange(SHORTEST, 50)
        self.ngram.setValue(NGRAM)
        self.ngram.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.ngram.setAccessibleName(self.tr("Words in a row"))
        self.ngram.setToolTip(
            self.tr("13 as in the decontamination of GPT-3; fewer find more, and more by chance")
        )
        bar.addWidget(self.ngram)
        self.search = SearchBar(self.tr("Search"))
        self.search.begun.connect(self.begin)
        self.search.cancelled.connect(lambda: self._controller.cancel(KIND))
        bar.addWidget(self.search)
        column.addLayout(bar)
        self._chips_host = QWidget()
        self._chips = FlowLayout(self._chips_host)
        column.addWidget(self._chips_host)
        self.pasted = QPlainTextEdit()
        self.pasted.setTabChangesFocus(True)
        self.pasted.setAccessibleName(self.tr("Text to search"))
        self.pasted.setPlaceholderText(self.tr("Training data, a prompt, few-shot examples …"))
        sized(self.pasted, lambda it: it.setMaximumHeight(px(120)))
        self.pasted.hide()
        self.pasted.textChanged.connect(self._show_sources)
        column.addWidget(self.pasted)
        return holder

    def add_files(self) -> None:
        """Ask for files to search."""

        def take(paths: list[Path]) -> None:
            self.files.extend(path for path in paths if path not in self.files)
            self._show_sources()

        self._controller.workspace.prompts.ask_open_file(
            self.tr("Text to search"),
            self.tr("Text (*.txt *.md *.json *.jsonl *.csv *.gz);;All files (*)"),
            take,
            many=True,
        )

    def begin(self) -> None:
        """Search."""
        files, pasted = list(self.files), self.pasted.toPlainText()
        prompts, ngram = self.prompts.isChecked(), self.ngram.value()
        if not files and not pasted.strip() and not prompts:
            self.add_files()
            return
        name = self.tr("pasted text")
        try:
            texts = [file_text(path) for path in files]
        except EvalDeskError as error:
            self._controller.failed.emit(error)
            return
        if pasted.strip():
            texts.append(plain_text(name, pasted))
        self._controller.search(
            KIND,
            lambda project, version, told: leakage(
                project,
                version,
                [*texts, *(system_prompts(project) if prompts else ())],
                ngram=ngram,
                progress=told,
            ),
        )

    def _toggle_paste(self, on: bool) -> None:
        self.pasted.setVisible(on)
        if on:
            self.pasted.setFocus()

    def _show_sources(self) -> None:
        while self._chips.count():
            item = self._chips.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for path in self.files:
            chip = QPushButton(f"{path.name}  ✕")
            chip.setToolTip(self.tr("{path}: take it out").format(path=path))
            chip.clicked.connect(lambda _=False, path=path: self._take_out(path))
            self._chips.addWidget(chip)
            chip.show()
        self._chips_host.setVisible(bool(self.files))
        able = bool(self.files or self.pasted.toPlainText().strip() or self.prompts.isChecked())
        self.search.button.setEnabled(able and self.search.bar.isHidden())

    def _take_out(self, path: Path) -> None:
        self.files.remove(path)
        self._show_sources()

    def _forget(self) -> None:
        self.found = None
        self._controller.cancel(KIND)
        self.empty.show_text(
            self.tr("Has a system seen the answers?"),
            self.tr(
                "Name training data, prompts or few-shot examples: every scenario whose words "
                "stand there in a row is listed with the place. The runs' own system prompts can "
                "be searched as well."
            ),
        )
        self._show_stage()

    def _show_stage(self) -> None:
        any_leak = self.found is not None and bool(self.found.leaks)
        self.empty.setVisible(not any_leak)
        self._splitter.setVisible(any_leak)
        self._foot.setVisible(self.found is not None)

    def _worked(self, kind: str, fraction: float, text: str) -> None:
        if kind == KIND:
            self.search.show_progress(fraction, text)
            if fraction >= 1:
                self._show_sources()

    def _take(self, kind: str, found: object) -> None:
        if kind != KIND or not isinstance(found, LeakReport):
            return
        self.found = found
        sides = {"input": self.tr("input"), "expected": self.tr("expected")}
        lines = [
            Line(
                (
                    leak.row.key,
                    sides[leak.side],
                    percent(leak.share, 0),
                    f"{leak.longest:,} / {leak.words:,}",
                    self.tr("{name}, line {n}").format(name=leak.source, n=f"{leak.line:,}"),
                    leak.passage,
                ),
                leak,
                order=(leak.row.key, leak.side, leak.share, leak.longest, leak.source, ""),
            )
            for leak in found.leaks
        ]
        self.model.show_lines(
            (
                self.tr("Scenario"),
                self.tr("Side"),
                self.tr("Share"),
                self.tr("Longest run"),
                self.tr("Where"),
                self.tr("Words"),
            ),
            lines,
            figures=(2, 3),
        )
        for place, width in enumerate((120, 84, 66, 96, 230, 420)):
            self.table.setColumnWidth(place, width)
        words = self.tr("{n} words in {sources} searched. ").format(
            n=f"{found.words_read:,}", sources=", ".join(found.searched[:6])
        )
        self.limits.setText(words + " ".join(found.limits()))
        if not found.leaks:
            self.empty.show_text(
                self.tr("Nothing was found"),
                self.tr("No scenario has {n} words in a row with what was searched.").format(
                    n=found.ngram
                ),
            )
        self._show_stage()
        if lines:
            self.table.select_row(0)
            self.table.setFocus()

    def _show_text(self, index: QModelIndex, _before: QModelIndex) -> None:
        line = index.data(ROW) if index.isValid() else None
        project = self._controller.workspace.project
        if line is None or project is None:
            return
        leak = line.key
        if leak.side == "expected":
            text = leak.row.description.expected
        else:
            content = next((item[2] for item in project.datasets.inputs([leak.row.pk])), "")
            text = input_text(content)
        shown = text[:SHOWN]
        self.text.setPlainText(shown)
        flat = shown.replace("\n", " ")
        at = flat.find(leak.passage)
        mark(self.text, shown, [(at, len(leak.passage))] if at >= 0 else [])
        self.caption.setText(
            self.tr("{key} · {n} of {words} words in a row · {places}").format(
                key=leak.row.key,
                n=f"{leak.longest:,}",
                words=f"{leak.words:,}",
                places=counted(leak.places, self.tr("%1 place"), self.tr("%1 places")),
            )
        )
