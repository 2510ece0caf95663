"""The import screen: files in, traces and ratings out, and nothing by halves."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.errors import Cancelled, EvalDeskError
from evaldesk.domain.project import Changes
from evaldesk.ui.screens.imports.columns_card import ColumnsCard
from evaldesk.ui.screens.imports.controller import ImportController
from evaldesk.ui.screens.imports.models import FILE_ROLE, FileEntry, FilesDelegate, Outcome
from evaldesk.ui.screens.imports.preview_pane import PreviewPane
from evaldesk.ui.screens.imports.results import Results
from evaldesk.ui.screens.imports.settings_card import SettingsCard
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import counted
from evaldesk.ui.workspace import Workspace

_EMPTY, _DESK, _RESULTS = range(3)
FILTERS = (
    "Traces, logs and tables (*.json *.jsonl *.ndjson *.eval *.traj *.yaml *.yml *.csv *.tsv "
    "*.xlsx *.parquet *.gz *.zip);;"
    "All files (*)"
)


class TallArea(QScrollArea):
    """Scrolls a column of cards that is as high as its words need: lines that wrap are not pressed
    together, as they are where only a layout's least height counts.
    """

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)
        inner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Something in it has another height."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrower is higher."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        inner = self.widget()
        layout = inner.layout() if inner is not None else None
        if inner is not None and layout is not None:
            inner.setMinimumHeight(max(0, layout.totalHeightForWidth(self.viewport().width())))


class ImportPage(Screen):
    """Files at the left, what they are and where they go in the middle, their beginning at the
    right.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = ImportController(workspace, self)
        self._taken: object = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.banner = Banner()
        outer.addWidget(self.banner)
        self._stack = QStackedLayout()
        outer.addLayout(self._stack, 1)
        self.empty = self._empty()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._desk())
        self.results = Results(workspace.actions.keys("import.choose"))
        self._stack.addWidget(self.results)
        self._connect()
        self._bind()
        self._show_current()

    # -- layout

    def _empty(self) -> EmptyState:
        empty = EmptyState(
            self.tr("Bring traces in"),
            self.tr(
                "Choose logs of evaluation runs, tables with one trace a row, or ratings that "
                "people made elsewhere; or drop files on this window. What they are is found out, "
                "and you can correct it before anything is written."
            ),
        )
        keys = self.workspace.actions.keys("import.choose")
        empty.add_action(self.tr("Choose files …"), self.choose, keys=keys, primary=True)
        return empty

    def _desk(self) -> QWidget:
        desk = QWidget()
        column = QVBoxLayout(desk)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self._left())
        splitter.addWidget(self._middle())
        self.preview = PreviewPane(self.workspace.tokens)
        self.preview.setMinimumWidth(310)
        splitter.addWidget(self.preview)
        splitter.setStretchFactor(1, 1)
        splitter.setStretchFactor(2, 1)
        splitter.setSizes([230, 470, 580])
        column.addWidget(splitter, 1)
        column.addWidget(hairline())
        column.addWidget(self._foot())
        return desk

    def _left(self) -> QWidget:
        left = pane()
        left.setMinimumWidth(180)
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(14, 6, 8, 6)
        self.files_title = text_label(self.tr("Files"), "heading")
        head.addWidget(self.files_title, 1)
        self.add_button = QPushButton(self.tr("Add …"))
        self.add_button.setProperty("kind", "flat")
        self.add_button.setToolTip(self.workspace.actions.tooltip("import.choose"))
        self.add_button.clicked.connect(self.choose)
        head.addWidget(self.add_button)
        self.remove_button = QPushButton("✕")
        self.remove_button.setProperty("kind", "flat")
        self.remove_button.setAccessibleName(self.workspace.actions.text("import.remove"))
        self.remove_button.setToolTip(self.workspace.actions.tooltip("import.remove"))
        self.remove_button.clicked.connect(self.remove)
        head.addWidget(self.remove_button)
        layout.addLayout(head)
        layout.addWidget(hairline())
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Files to import"))
        self.list.setModel(self.controller.files)
        self.list.setItemDelegate(FilesDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(self.list, 1)
        return left

    def _middle(self) -> QWidget:
        inner = pane("bg")
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(12)
        self.settings = SettingsCard(self.workspace.actions.keys("import.kind"))
        column.addWidget(self.settings)
        self.columns = ColumnsCard()
        if self.columns.header is not None:
            self.saved_button = QPushButton(self.tr("Saved ▾"))
            self.saved_button.setProperty("kind", "flat")
            self.saved_button.setToolTip(self.tr("Columns that were kept under a name"))
            self.saved_button.clicked.connect(self._offer_saved)
            self.columns.header.add(self.saved_button)
        column.addWidget(self.columns)
        self.spread_button = QPushButton()
        self.spread_button.setProperty("kind", "link")
        self.spread_button.clicked.connect(self._spread)
        column.addWidget(self.spread_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        scroll = TallArea(inner)
        scroll.setMinimumWidth(400)
        return scroll

    def _foot(self) -> QWidget:
        foot = pane()
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(4)
        self.words = text_label("", "muted", wrap=True)
        words.addWidget(self.words)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Progress of the import"))
        self.bar.hide()
        words.addWidget(self.bar)
        row.addLayout(words, 1)
        self.cancel_button = ActionButton(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self.controller.cancel)
        self.cancel_button.hide()
        row.addWidget(self.cancel_button)
        keys = self.workspace.actions.keys("import.run")
        self.import_button = ActionButton(self.tr("Import"), keys, kind="primary")
        self.import_button.clicked.connect(self.controller.run)
        row.addWidget(self.import_button)
        return foot

    def _connect(self) -> None:
        controller = self.controller
        self.list.selectionModel().currentChanged.connect(self._chosen)
        controller.looked.connect(self._looked)
        controller.lists_read.connect(self._show_current)
        controller.started.connect(self._show_foot)
        controller.progressed.connect(self._show_progress)
        controller.ended.connect(self._ended)
        self.settings.kind_chosen.connect(self._read_as)
        self.settings.format_chosen.connect(self._read_with)
        self.settings.said.connect(self._say)
        self.columns.changed.connect(lambda mapping: self._say({"mapping": mapping}))
        self.results.more_wanted.connect(self.choose)
        self.results.traces_wanted.connect(self._open_traces)
        self.results.review_wanted.connect(self._review)
        self.results.copied.connect(
            lambda rows: self.workspace.say(self.tr("Copied %1 rows").replace("%1", str(rows)))
        )
        self.workspace.theme_changed.connect(self._theme_changed)

    def _theme_changed(self) -> None:
        self.preview.set_tokens(self.workspace.tokens)

    def _bind(self) -> None:
        bind = self.workspace.actions.bind

        def listed() -> bool:
            return self._stack.currentIndex() == _DESK and self.current is not None

        def mapped() -> bool:
            look = self.current.look if self.current is not None else None
            return listed() and look is not None and look.mapped and not look.problems

        bind(self, "import.choose", self.choose, lambda: self.controller.running is None)
        bind(self.list, "import.remove", self.remove, listed, focus=True)
        bind(self, "import.next_file", lambda: self._step(1), listed)
        bind(self, "import.previous_file", lambda: self._step(-1), listed)
        bind(self, "import.kind", self._other_kind, listed)
        bind(self, "import.run", self.controller.run, self._can_run)
        bind(self, "import.cancel", self.controller.cancel, lambda: bool(self.controller.running))
        bind(self, "import.save_mapping", self._save_mapping, mapped)
        bind(self, "import.view", self.preview.switch, listed)
        bind(self, "import.next", lambda: self.preview.step(1), listed)
        bind(self, "import.previous", lambda: self.preview.step(-1), listed)

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``paths`` are files to put on the list."""
        self.controller.read_lists()
        paths = place.get("paths")
        # Going back comes here with the same place again, which was taken already.
        if paths is None or paths is self._taken:
            return
        self._taken = paths
        self.add([Path(str(path)) for path in paths])

    def refresh(self, changes: Changes) -> None:
        """Another screen wrote a rubric, say."""
        if changes.areas & {"rubrics", "traces", "settings"}:
            self.controller.read_lists()

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.banner.dismiss()
        self.controller.project_replaced()
        self._show_stack(_EMPTY)

    def breadcrumb(self) -> str:
        """The file."""
        if self._stack.currentIndex() != _DESK or self.current is None:
            return ""
        return self.current.path.name

    def status_text(self) -> str:
        """How many files."""
        count = len(self.controller.files.entries)
        if not count:
            return ""
        return counted(count, self.tr("%1 file"), self.tr("%1 files"))

    def showcase(self) -> None:
        """The sample's own sources on the list."""
        from evaldesk.settings import sample_project

        folder = sample_project("support-assistant")
        names = ("ratings.csv", "prompt-v14.jsonl", "prompt-v15.jsonl")
        self.add([folder / name for name in names])

    # -- files

    @property
    def current(self) -> FileEntry | None:
        """The file in sight."""
        entry = self.list.currentIndex().data(FILE_ROLE)
        return entry if isinstance(entry, FileEntry) else None

    def choose(self) -> None:
        """Ask for files."""
        self.workspace.prompts.ask_open_file(
            self.tr("Files to import"), FILTERS, self.add, many=True
        )

    def add(self, paths: Sequence[Path]) -> None:
        """Put files on the list and show the first of them."""
        if not paths or self.controller.running is not None:
            return
        self.banner.dismiss()
        first = self.controller.add(paths)
        self._show_stack(_DESK)
        if first is not None:
            row = self.controller.files.entries.index(first)
            self.list.setCurrentIndex(self.controller.files.index(row))
        self.list.setFocus()
        self._show_current()

    def remove(self) -> None:
        """Take the file in sight off the list."""
        if self.current is not None and self.controller.running is None:
            self.controller.remove(self.current)
            if not self.controller.files.entries:
                self._show_stack(_EMPTY)
            self._show_current()

    def _step(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        if 0 <= row < len(self.controller.files.entries):
            self.list.setCurrentIndex(self.controller.files.index(row))

    def _chosen(self, _index: QModelIndex) -> None:
        self._show_current()

    def _looked(self, entry: FileEntry) -> None:
        if entry is self.current:
            self._show_current()
        else:
            self._show_foot()

    def _show_stack(self, page: int) -> None:
        if self._stack.currentIndex() != page:
            self._stack.setCurrentIndex(page)
        self.status_changed.emit()

    def _show_current(self) -> None:
        entry = self.current
        if entry is not None:
            self.settings.show_entry(entry, self.controller.rubrics)
            look = entry.look
            mapped = look is not None and look.mapped
            self.columns.setVisible(mapped)
            if look is not None and mapped:
                self.columns.show_look(look)
            alike = len(self.controller.alike(entry))
            self.spread_button.setVisible(bool(alike))
            self.spread_button.setText(
                counted(
                    alike,
                    self.tr("Read the other file with these columns in the same way"),
                    self.tr("Read the %1 other files with these columns in the same way"),
                )
            )
        self.settings.setVisible(entry is not None)
        if not (entry is not None and entry.looking and entry.look is not None):
            self.preview.show_entry(entry)
        self._show_foot()
        self.status_changed.emit()

    # -- what the person says

    def _say(self, changes: dict[str, object]) -> None:
        if self.current is not None:
            self.controller.say(self.current, **changes)

    def _read_as(self, kind: str) -> None:
        if self.current is not None:
            self.controller.read_as(self.current, "ratings" if kind == "ratings" else "traces")

    def _other_kind(self) -> None:
        if self.current is not None:
            self._read_as("traces" if self.current.kind == "ratings" else "ratings")

    def _read_with(self, format: str) -> None:
        if self.current is not None:
            self.controller.read_with(self.current, format)

    def _spread(self) -> None:
        if self.current is not None:
            count = self.controller.spread(self.current)
            self.workspace.say(
                counted(
                    count,
                    self.tr("%1 more file is read in this way"),
                    self.tr("%1 more files are read in this way"),
                )
            )

    def _offer_saved(self) -> None:
        entry = self.current
        if entry is None:
            return
        menu = QMenu(self)
        for name in self.controller.saved[entry.kind]:
            menu.addAction(name, partial(self.controller.use_mapping, entry, name))
        if self.controller.saved[entry.kind]:
            menu.addSeparator()
        keep = menu.addAction(self.tr("Keep these columns under a name …"), self._save_mapping)
        keep.setEnabled(self.workspace.actions.is_enabled("import.save_mapping"))
        if entry.choices.mapping is not None:
            menu.addAction(
                self.tr("Guess again from the names"), lambda: self._say({"mapping": None})
            )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.saved_button.mapToGlobal(self.saved_button.rect().bottomLeft()))

    def _save_mapping(self) -> None:
        entry = self.current
        if entry is not None:
            self.workspace.prompts.ask_text(
                self.tr("Keep these columns"),
                self.tr("Name"),
                lambda name: self.controller.save_mapping(entry, name),
                value=entry.path.name.split(".")[0],
                detail=self.tr("The next file of this kind can be read in the same way."),
            )

    # -- importing

    def _can_run(self) -> bool:
        return self._stack.currentIndex() == _DESK and self.controller.can_run

    def _show_foot(self) -> None:
        entries = self.controller.files.entries
        running = self.controller.running is not None
        self.import_button.setEnabled(self.controller.can_run)
        self.import_button.setText(
            counted(max(len(entries), 1), self.tr("Import"), self.tr("Import %1 files"))
        )
        self.import_button.updateGeometry()
        self.cancel_button.setVisible(running)
        self.bar.setVisible(running)
        for widget in (self.settings, self.columns, self.add_button, self.remove_button):
            widget.setEnabled(not running)
        if not running:
            self.bar.setValue(0)
            self.words.setText(self._before(entries))
        count = len(entries)
        self.files_title.setText(
            counted(count, self.tr("%1 file"), self.tr("%1 files")) if count else self.tr("Files")
        )

    def _before(self, entries: Sequence[FileEntry]) -> str:
        """What will happen, or what is in the way."""
        if any(entry.looking for entry in entries):
            return self.tr("Reading the beginning of the files …")
        waiting = [entry for entry in entries if not entry.ready]
        if waiting:
            names = ", ".join(entry.path.name for entry in waiting[:2])
            more = f" +{len(waiting) - 2}" if len(waiting) > 2 else ""
            return (
                self.tr("To mend, or to take off the list, before anything can be imported: %1")
                .replace("%1", names + more)
                .strip()
            )
        rated = sum(entry.kind == "ratings" for entry in entries)
        if rated and rated < len(entries):
            return self.tr(
                "All or nothing: where one record of the traces cannot be read, nothing is "
                "written. The ratings follow, each file whole or not at all."
            )
        if rated:
            return self.tr("Each file of ratings comes in whole or not at all.")
        return self.tr(
            "All or nothing: where one record cannot be read, nothing is written. Importing again "
            "adds nothing twice."
        )

    def _show_progress(self, fraction: float, text: str) -> None:
        self.bar.setValue(int(1000 * fraction))
        self.words.setText(
            self.tr("Importing %1 … cancelling keeps nothing of it").replace("%1", text)
        )

    def _ended(self, outcome: Outcome) -> None:
        self.banner.dismiss()  # what it said of the attempt before
        done = {item.path for item in outcome.traces} | {path for path, *_ in outcome.ratings}
        for entry in list(self.controller.files.entries):
            if str(entry.path) in done:
                self.controller.remove(entry)
        if outcome.wrote:
            self.results.show_outcome(outcome)
            self._show_stack(_RESULTS)
        self._show_current()
        if outcome.error is not None:
            self._show_error(outcome)

    def _show_error(self, outcome: Outcome) -> None:
        error = outcome.error
        back = (self.tr("Back to the files"), lambda: self._show_stack(_DESK))
        actions = (back,) if outcome.wrote else ()
        kept = (
            self.tr("What is listed below came in; nothing of the rest was written.")
            if outcome.wrote
            else self.tr("Nothing was written.")
        )
        if isinstance(error, Cancelled):
            self.banner.show_message(self.tr("Cancelled."), kept, "accent", actions)
        elif isinstance(error, EvalDeskError):
            hint = self._on_this_screen(error.hint)
            self.banner.show_message(error.message, f"{hint} {kept}".strip(), "warn", actions)
            self._select(outcome.failed)
        elif error is not None:
            self.workspace.report(error)

    def _on_this_screen(self, hint: str) -> str:
        """Options of the command line by the words of their fields here."""
        for option, words in (
            ("--create-units", self.units_words()),
            ("--create-rubric LEVEL", f"“{self.tr('Criteria it lacks')}”"),
            ("--skip-bad", f"“{self.settings.skip.text()}”"),
        ):
            hint = hint.replace(option, words)
        if "--categories" in hint:
            before, _, after = hint.partition("--categories")
            hint = f"{before}“{self.tr('Order of answers')}” {after.strip()}"
        return hint

    def units_words(self) -> str:
        """The words of the choice to make items."""
        return f"“{self.settings.units.text()}”"

    def _select(self, path: Path | None) -> None:
        for row, entry in enumerate(self.controller.files.entries):
            if entry.path == path:
                self.list.setCurrentIndex(self.controller.files.index(row))

    def _open_traces(self, run: str) -> None:
        if run:
            self.workspace.navigate("traces", run=run)
        else:
            self.workspace.navigate("traces")

    def _review(self, rubric: str) -> None:
        if rubric:
            self.workspace.navigate("review", rubric=rubric)
        else:
            self.workspace.navigate("review")
