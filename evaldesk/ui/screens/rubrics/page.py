"""The rubrics screen: which there are, the one that is written, and how it will look."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import Rubric
from evaldesk.ui.screens.rubrics.change_words import asked_again, change_text
from evaldesk.ui.screens.rubrics.controller import RubricsController
from evaldesk.ui.screens.rubrics.editor import RubricEditor
from evaldesk.ui.screens.rubrics.models import ROW_ROLE, Row, RowsDelegate, RowsModel
from evaldesk.ui.screens.rubrics.preview import Preview
from evaldesk.ui.screens.rubrics.versions import VersionsSideBySide
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import local_time
from evaldesk.ui.workspace import Workspace

_PREVIEW_MS = 250
_MOST_LINES = 4
_FILTER = "Rubric (*.json)"


class RubricsPage(Screen):
    """Write rubrics. A version is never changed; saving makes the next one."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = RubricsController(workspace, self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.banner = Banner()
        outer.addWidget(self.banner)
        self._stack = QStackedLayout()
        outer.addLayout(self._stack, 1)
        self.empty = self._empty()
        self._stack.addWidget(pane("bg"))
        self._stack.addWidget(self.empty)
        self.desk = self._desk()
        self._stack.addWidget(self.desk)
        self._preview_timer = QTimer(self)
        self._preview_timer.setSingleShot(True)
        self._preview_timer.setInterval(_PREVIEW_MS)
        self._preview_timer.timeout.connect(self._show_preview)
        self._preview_timer.timeout.connect(self.controller.weigh)
        controller = self.controller
        controller.listed.connect(self._show_lists)
        controller.chosen.connect(self._show_draft)
        controller.checked.connect(self._show_checked)
        controller.weighed.connect(self._say_changes)
        controller.saved.connect(self._say_saved)
        controller.failed.connect(self._show_failure)
        self._bind()

    def _desk(self) -> QWidget:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self._left())
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.editor = RubricEditor(self.controller)
        self.editor.edited.connect(self.controller.edited)
        self.editor.picked.connect(lambda _: self._preview_timer.start())
        self.side_by_side = VersionsSideBySide()
        self.side_by_side.closed.connect(self.close_versions)
        self._centre = QStackedWidget()
        self._centre.addWidget(self.editor)
        self._centre.addWidget(self.side_by_side)
        column.addWidget(self._centre, 1)
        column.addWidget(hairline())
        column.addWidget(self._foot())
        centre.setMinimumWidth(420)
        self._centre_pane = centre
        splitter.addWidget(centre)
        self.preview = Preview()
        self.preview.setProperty("surface", "pane")
        self.preview.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.preview.setMinimumWidth(260)
        splitter.addWidget(self.preview)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([240, 780, 340])
        return splitter

    def _left(self) -> QWidget:
        left = pane()
        left.setMinimumWidth(190)
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 8, 8)
        head.addWidget(text_label(self.tr("Rubrics"), "heading"), 1)
        self.new_button = QPushButton(self.tr("New ▾"))
        self.new_button.setProperty("kind", "flat")
        self.new_button.clicked.connect(self._offer_new)
        head.addWidget(self.new_button)
        layout.addLayout(head)
        layout.addWidget(hairline())
        self.rubrics = RowsModel(self)
        self.rubric_list = self._list(self.rubrics, self.tr("Rubrics"))
        self.rubric_list.selectionModel().currentChanged.connect(self._choose)
        layout.addWidget(self.rubric_list, 3)
        layout.addWidget(hairline())
        row = QHBoxLayout()
        row.setContentsMargins(14, 8, 8, 8)
        row.addWidget(text_label(self.tr("Versions"), "heading"), 1)
        self.compare_button = QPushButton(self.tr("Side by side"))
        self.compare_button.setProperty("kind", "flat")
        self.compare_button.clicked.connect(self.compare_versions)
        row.addWidget(self.compare_button)
        layout.addLayout(row)
        layout.addWidget(hairline())
        self.versions = RowsModel(self)
        self.version_list = self._list(self.versions, self.tr("Versions"))
        self.version_list.clicked.connect(self._choose_version)
        layout.addWidget(self.version_list, 2)
        return left

    def _list(self, model: RowsModel, name: str) -> QListView:
        view = QListView()
        view.setModel(model)
        view.setItemDelegate(RowsDelegate(view))
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setAccessibleName(name)
        return view

    def _foot(self) -> QWidget:
        foot = pane()
        column = QVBoxLayout(foot)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        self.words = text_label("", "", wrap=True)
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(12)
        column.addLayout(row)
        self.hint = text_label("", "muted", wrap=True)
        row.addWidget(self.hint, 1)
        self.discard_button = ActionButton(self.tr("Discard"), kind="flat")
        self.discard_button.clicked.connect(self._discard)
        row.addWidget(self.discard_button)
        keys = self.workspace.actions.keys("rubrics.save")
        self.save_button = ActionButton(self.tr("Save"), keys, kind="primary")
        self.save_button.clicked.connect(self._save)
        row.addWidget(self.save_button)
        self.review_button = ActionButton(self.tr("Label with it"))
        self.review_button.clicked.connect(self._review)
        row.addWidget(self.review_button)
        return foot

    def _empty(self) -> EmptyState:
        empty = EmptyState(
            self.tr("No rubric yet"),
            self.tr(
                "A rubric holds the questions that raters answer about each trace. Begin with a "
                "template, or write your own."
            ),
        )
        self.template_button = empty.add_action(
            self.tr("From a template ▾"), self._offer_new, primary=True
        )
        empty.add_action(self.tr("Write one"), self._new)
        empty.add_action(self.tr("Read from a file …"), self._read_file)
        return empty

    def _bind(self) -> None:
        def bind(name: str, run: Callable[[], object], able: Callable[[], bool]) -> None:
            self.workspace.actions.bind(self, f"rubrics.{name}", run, able)

        controller = self.controller

        def has_project() -> bool:
            return self.workspace.project is not None

        def has_draft() -> bool:
            return controller.draft is not None

        bind("new", self._new, has_project)
        bind("import", self._read_file, has_project)
        bind("export", self._write_file, has_draft)
        bind("save", self._save, has_draft)
        bind("discard", self._discard, self._is_changed)
        bind("add", self.editor.add, has_draft)
        bind("up", lambda: self.editor.shift(-1), has_draft)
        bind("down", lambda: self.editor.shift(1), has_draft)
        bind("versions", self.compare_versions, has_draft)
        bind("review", self._review, self._is_stored)

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``rubric`` names one, ``new=True`` begins one."""
        if place.get("new"):
            if self.controller.loaded:
                self._new()
            else:
                self.controller.new()
            return
        wanted = place.get("rubric")
        if not self.controller.loaded or wanted:
            self.controller.load(wanted if isinstance(wanted, str) else "")

    def left(self) -> None:
        """What is being typed goes into the draft."""
        self.editor.finish_typing()

    def unsaved(self) -> Any:
        """Rubrics that are being written."""
        return self.controller.unsaved() or None

    def take_unsaved(self, begun: Any) -> None:
        """Go on with them."""
        self.controller.take_unsaved(begun)

    def refresh(self, changes: Changes) -> None:
        """Another screen took over a template, say."""
        if "rubrics" in changes.areas:
            self.controller.load()

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.controller.project_replaced()

    def breadcrumb(self) -> str:
        """The rubric."""
        return self.controller.name

    def status_text(self) -> str:
        """How many."""
        number = len(self.controller.rubrics)
        return self.tr("1 rubric") if number == 1 else self.tr("{n} rubrics").format(n=number)

    # -- what the controller says

    def _show_lists(self) -> None:
        controller = self.controller
        writes = self.workspace.may("specialist")
        # Whoever only reads sees the form as raters do, with its anchors and examples.
        for widget in (self._centre_pane, self.new_button):
            widget.setVisible(writes)
        rows = []
        stored = {rubric.name for rubric in controller.rubrics}
        for rubric in controller.rubrics:
            draft = controller.drafts.get(rubric.name)
            rows.append(
                Row(
                    rubric.name,
                    rubric.name,
                    self.tr("v{v} · {n} questions").format(
                        v=rubric.version, n=len(rubric.criteria)
                    ),
                    self.tr("changed") if draft is not None else "",
                    "warn",
                )
            )
        for name in controller.drafts:
            if name not in stored:
                rows.append(
                    Row(name, name or "–", self.tr("not saved yet"), self.tr("new"), "warn")
                )
        versions = [
            Row(
                rubric.version,
                self.tr("Version {v}").format(v=rubric.version),
                f"{author or '–'} · {local_time(time)}",
                self.tr("newest") if number == len(controller.versions) - 1 else "",
            )
            for number, (rubric, author, time) in enumerate(controller.versions)
        ]
        with QSignalBlocker(self.rubric_list.selectionModel()):
            self.rubrics.show_rows(rows)
            self.rubric_list.setCurrentIndex(
                self.rubrics.index(self.rubrics.place(controller.name))
            )
        self.rubric_list.viewport().update()
        self.versions.show_rows(versions[::-1])
        changed = controller.draft is not None and controller.draft.changed
        self.compare_button.setVisible(len(versions) + bool(versions and changed) > 1)
        if not self.side_by_side.isHidden() and self.side_by_side.name != controller.name:
            self.close_versions()
        empty = controller.loaded and not rows
        waiting = not controller.loaded and not rows
        self._stack.setCurrentIndex(0 if waiting or (empty and not writes) else 1 if empty else 2)
        self.status_changed.emit()

    def _show_draft(self) -> None:
        self.editor.show_draft(self.controller.draft)
        self._show_preview()
        self.status_changed.emit()

    def _show_checked(self) -> None:
        controller = self.controller
        if controller.draft is None:
            return
        self.editor.show_problems(list(controller.problems))
        self.discard_button.setVisible(self._is_changed())
        self.save_button.setVisible(self._is_changed())
        self.save_button.setEnabled(controller.can_save)
        self.save_button.setText(
            self.tr("Save as version {v}").format(v=controller.next_version)
            if controller.draft.base is not None
            else self.tr("Save the rubric")
        )
        self.save_button.updateGeometry()
        self.review_button.setVisible(self._is_stored())
        self._say_changes()
        self._preview_timer.start()

    def _say_changes(self) -> None:
        controller = self.controller
        number = len(controller.problems)
        changes = controller.changes()
        lines = [change_text(self, change) for change in changes]
        more = len(lines) - _MOST_LINES
        shown = lines if more <= 1 else [*lines[:_MOST_LINES], self.tr("{n} more").format(n=more)]
        self.words.setText("\n".join(f"· {line}" for line in shown))
        self.words.setToolTip("\n".join(lines) if more > 1 else "")
        self.words.setVisible(bool(lines))
        if number == 1:
            hint = self.tr("One thing to mend before this can be saved.")
        elif number:
            hint = self.tr("{n} things to mend before this can be saved.").format(n=number)
        elif changes:
            hint = asked_again(self, changes, controller.rubric, controller.reopening)
        elif controller.draft is not None and controller.draft.base is None:
            hint = self.tr("Not saved yet.")
        else:
            hint = self.tr("Every version stays as it is; a change makes the next one.")
        self.hint.setText(hint)

    def _show_preview(self) -> None:
        self._preview_timer.stop()
        rubric = self.controller.rubric
        if self.controller.draft is None:
            self.preview.show_rubric(None)
            return
        if rubric is None:
            return
        shown = self.preview.rubric
        if shown is None or shown.to_json() != rubric.to_json():
            place = self.preview.area.verticalScrollBar().value()
            self.preview.show_rubric(rubric)
            self.preview.area.verticalScrollBar().setValue(place)
        if self.editor.index < len(rubric.criteria):
            name = rubric.criteria[self.editor.index].name
            self.preview.reveal(name)
            self.preview.activate(name, focus=False)

    def _say_saved(self, rubric: Rubric) -> None:
        self.workspace.say(
            self.tr("Saved {name} as version {v}").format(name=rubric.name, v=rubric.version)
        )

    def _show_failure(self, error: Exception) -> None:
        if not isinstance(error, EvalDeskError):
            self.workspace.report(error)
            return
        self.banner.show_message(error.message, error.hint, "bad")

    # -- what the person does

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.controller.choose(index.data(ROW_ROLE).key)

    def _choose_version(self, index: QModelIndex) -> None:
        version = index.data(ROW_ROLE).key
        if self._is_changed():
            self.workspace.prompts.confirm(
                self.tr("Discard what you changed?"),
                self.tr("The draft gives way to version {v}.").format(v=version),
                self.tr("Discard"),
                lambda: self._show_version(version),
                danger=True,
            )
        else:
            self._show_version(version)

    def _show_version(self, version: int) -> None:
        self.controller.discard()
        self.controller.choose_version(version)

    def compare_versions(self) -> None:
        """Two versions beside each other; the draft counts as one."""
        controller = self.controller
        versions = [item[0] for item in controller.versions]
        if controller.rubric is not None and self._is_changed():
            versions.append(controller.rubric.numbered(0))
        if len(versions) > 1:
            self.side_by_side.show_versions(controller.name, versions)
            self._centre.setCurrentWidget(self.side_by_side)
            self.side_by_side.new.setFocus()

    def close_versions(self) -> None:
        """Back to writing."""
        self._centre.setCurrentWidget(self.editor)
        self.compare_button.setFocus()

    def _offer_new(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        only_templates = self.empty.isVisible()  # the other ways have buttons of their own there
        if not only_templates:
            menu.addAction(self.tr("Empty rubric")).triggered.connect(self._new)
            menu.addAction(self.tr("Read from a file …")).triggered.connect(self._read_file)
            if self.controller.draft is not None:
                menu.addAction(self.tr("Write to a file …")).triggered.connect(self._write_file)
            menu.addSeparator()
            menu.addAction(self.tr("From a template")).setEnabled(False)
        for template in self.controller.templates():
            menu.addAction(template.name.replace("&", "&&")).triggered.connect(
                lambda _=False, template=template: self.controller.new(template)
            )
        button = self.template_button if only_templates else self.new_button
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
        if only_templates:
            menu.setActiveAction(menu.actions()[0])

    def _new(self) -> None:
        self.controller.new()
        self.editor.name.setFocus()
        self.editor.name.selectAll()

    def _read_file(self) -> None:
        self.workspace.prompts.ask_open_file(
            self.tr("Read a rubric"), _FILTER, lambda paths: self.controller.read_file(paths[0])
        )

    def _write_file(self) -> None:
        def write(path: Path) -> None:
            self.controller.write_file(path)

        self.workspace.prompts.ask_save_file(
            self.tr("Write the rubric"), f"{self.controller.name}.json", _FILTER, write
        )

    def _save(self) -> None:
        # A cell that is being typed into has not told anybody yet.
        self.editor.finish_typing()
        self.controller.save()

    def _discard(self) -> None:
        if self._is_changed():
            self.workspace.prompts.confirm(
                self.tr("Discard what you changed?"),
                self.tr("The draft is kept nowhere else."),
                self.tr("Discard"),
                self.controller.discard,
                danger=True,
            )

    def _review(self) -> None:
        if self._is_stored():
            self.workspace.navigate("review", rubric=self.controller.name)

    def _is_changed(self) -> bool:
        draft = self.controller.draft
        return draft is not None and draft.changed

    def _is_stored(self) -> bool:
        draft = self.controller.draft
        return draft is not None and draft.base is not None and not draft.changed
