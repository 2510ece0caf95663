"""Questions to the person, in panes of the window and the system's own file dialogs."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from evaldesk.settings import Settings
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label


class Question(Overlay):
    """One question: words, perhaps a line to fill in, and what can be answered."""

    def __init__(
        self,
        window: QWidget,
        title: str,
        detail: str,
        accept: str,
        then: Callable[[str], object],
        *,
        label: str = "",
        value: str | None = None,
        danger: bool = False,
        dismiss: str = "",
    ) -> None:
        super().__init__(window, width=440)
        self._then = then
        column = QVBoxLayout()
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(text_label(title, "title", wrap=True))
        if detail:
            column.addWidget(text_label(detail, "muted", wrap=True))
        self.field: QLineEdit | None = None
        if value is not None:
            if label:
                column.addWidget(text_label(label, "small"))
            self.field = QLineEdit(value)
            self.field.setAccessibleName(label or title)
            self.field.selectAll()
            self.field.returnPressed.connect(self._accept)
            column.addWidget(self.field)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        if dismiss:
            no = ActionButton(dismiss)
            no.clicked.connect(self.close_overlay)
            row.addWidget(no)
        self.accept_button = ActionButton(accept, kind="danger" if danger else "primary")
        self.accept_button.clicked.connect(self._accept)
        row.addWidget(self.accept_button)
        column.addSpacing(4)
        column.addLayout(row)
        self.body.addLayout(column)
        self.frame.setAccessibleName(title)
        if self.field is not None:
            self.field.textChanged.connect(self._check)
            self._check(self.field.text())
        self.closed.connect(self.deleteLater)

    def first_focus(self) -> QWidget:
        """The line, or the answer."""
        return self.field if self.field is not None else self.accept_button

    def _check(self, text: str) -> None:
        self.accept_button.setEnabled(bool(text.strip()))

    def _accept(self) -> None:
        answer = self.field.text().strip() if self.field is not None else ""
        if self.field is not None and not answer:
            return
        then = self._then
        self.close_overlay()
        then(answer)


class WindowPrompts:
    """`Prompts` of a real window."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.window: QWidget | None = None

    def ask_open_file(
        self,
        title: str,
        filters: str,
        then: Callable[[list[Path]], object],
        *,
        many: bool = False,
    ) -> None:
        """See `Prompts`."""
        dialog = QFileDialog(self.window, title, self._folder(), filters)
        dialog.setFileMode(
            QFileDialog.FileMode.ExistingFiles if many else QFileDialog.FileMode.ExistingFile
        )
        self._open(dialog, then)

    def ask_save_file(
        self, title: str, suggested: str, filters: str, then: Callable[[Path], object]
    ) -> None:
        """See `Prompts`."""
        dialog = QFileDialog(self.window, title, self._folder(), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(suggested).suffix.lstrip("."))
        dialog.selectFile(suggested)
        self._open(dialog, lambda paths: then(paths[0]))

    def ask_folder(self, title: str, then: Callable[[Path], object]) -> None:
        """See `Prompts`."""
        dialog = QFileDialog(self.window, title, self._folder())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._open(dialog, lambda paths: then(paths[0]))

    def confirm(
        self,
        question: str,
        detail: str,
        accept: str,
        then: Callable[[], object],
        *,
        danger: bool = False,
    ) -> None:
        """See `Prompts`."""
        self._ask(question, detail, accept, lambda _: then(), danger=danger)

    def ask_text(
        self,
        title: str,
        label: str,
        then: Callable[[str], object],
        *,
        value: str = "",
        detail: str = "",
    ) -> None:
        """See `Prompts`."""
        if self.window is not None:
            self._ask(title, detail, self.window.tr("Continue"), then, label=label, value=value)

    def _ask(
        self,
        title: str,
        detail: str,
        accept: str,
        then: Callable[[str], object],
        *,
        label: str = "",
        value: str | None = None,
        danger: bool = False,
    ) -> None:
        if self.window is None:
            return
        question = Question(
            self.window,
            title,
            detail,
            accept,
            then,
            label=label,
            value=value,
            danger=danger,
            dismiss=self.window.tr("Cancel"),
        )
        question.open()

    def _open(self, dialog: QFileDialog, then: Callable[[list[Path]], object]) -> None:
        def chosen(names: list[str]) -> None:
            paths = [Path(name) for name in names]
            if paths:
                self._settings.put("folder", str(paths[0].parent))
                then(paths)

        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(chosen)
        dialog.open()

    def _folder(self) -> str:
        folder = self._settings.get("folder", "")
        if isinstance(folder, str) and folder and Path(folder).is_dir():
            return folder
        return str(Path.home())
