"""Other keys for any command: searched, pressed, taken from who had them, kept in a file."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QHeaderView, QLineEdit, QWidget

from evaldesk.domain.errors import EvalDeskError, InputError
from evaldesk.ui.actions import ActionSpec
from evaldesk.ui.actions.key_text import key_text
from evaldesk.ui.actions.keymap import (
    PRESETS,
    from_json,
    give,
    holders,
    take_preset,
    to_json,
)
from evaldesk.ui.screens.settings.key_field import KeyField
from evaldesk.ui.screens.settings.keys_model import KeysModel
from evaldesk.ui.theme.measure import px, row_px, sized
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.clearing import let_clear
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.workspace import Workspace

_ROWS = 11
_MOST = 100_000
"""Characters of a file of keys; one for every command has a tenth of that."""


class CommandTable(Table):
    """The commands; Return presses new keys, Insert another, Delete takes all away."""

    def __init__(self, card: "KeysCard") -> None:
        super().__init__(name=card.tr("Commands and their keys"))
        self._card = card
        self.setSortingEnabled(False)
        self.setSelectionMode(Table.SelectionMode.SingleSelection)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the buttons below do."""
        if event.key() == Qt.Key.Key_Insert:
            self._card.press_keys(add=True)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._card.take_away()
        else:
            super().keyPressEvent(event)


class KeysCard(Card):
    """Every command with its keys. A change holds at once, wherever the command is shown."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(self.tr("Keys"))
        self._workspace = workspace
        self._actions = workspace.actions
        self._adding = False
        self._wanted = ""
        self.body.addWidget(text_label(self.tr("Keys"), "heading"))
        self.body.addWidget(
            text_label(
                self.tr(
                    "Every command can have other keys, or several. Plain keys are off while you "
                    "type. ● marks what you chose yourself."
                ),
                "muted",
                wrap=True,
            )
        )
        self.model = KeysModel(self._actions, self)
        self._make_search()
        self._make_table()
        self._make_chosen()
        self._make_whole()
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_command())
        self._actions.keys_changed.connect(self._show_command)
        self.table.select_row(0)
        self._show_command()

    @property
    def command(self) -> ActionSpec | None:
        """The command that is chosen in the table."""
        row = self.table.currentIndex().row()
        return self.model.shown[row] if 0 <= row < len(self.model.shown) else None

    # -- one command

    def press_keys(self, *, add: bool) -> None:
        """Wait for keys: instead of those there are, or one more."""
        if self.command is None:
            return
        self._adding = add
        self._ask("")
        self.field.clear()
        self.field.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_away(self) -> None:
        """Leave the command without keys."""
        if self.command is not None:
            self._actions.choose({self.command.id: ()})

    def reset(self) -> None:
        """Give the command the program's keys again, and take those from whatever else has them."""
        if self.command is not None:
            give(self._actions, self.command.id, self.command.shortcuts)

    def _taken(self, keys: str) -> None:
        command = self.command
        if command is None:
            return
        self.field.setText(key_text(keys))
        others = holders(self._actions, command.id, keys)
        if others:
            self._wanted = keys
            names = ", ".join(
                f"“{self._actions.text(spec.id)}” ({self.model.where(spec.scope)})"
                for spec in others
            )
            self._ask(self.tr("{key} is {command}.").format(key=key_text(keys), command=names))
        else:
            self._give(keys)

    def _give(self, keys: str) -> None:
        command = self.command
        if command is None:
            return
        before = self._actions.shortcuts(command.id) if self._adding else ()
        give(self._actions, command.id, (*before, keys))
        self._workspace.say(
            self.tr("{command}: {key}").format(
                command=self._actions.text(command.id), key=key_text(keys)
            )
        )
        self._leave_field()

    def _drop(self, keys: str) -> None:
        if self.command is not None:
            held = self._actions.shortcuts(self.command.id)
            self._actions.choose({self.command.id: [key for key in held if key != keys]})
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask(self, question: str) -> None:
        """Name who has the key, and offer both ways out."""
        self.question.setText(question)
        for widget in (self.question, self.take_button, self.keep_button):
            widget.setVisible(bool(question))
        if question:
            self.take_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _field_left(self) -> None:
        if self.question.isHidden():
            self.field.hide()

    def _leave_field(self) -> None:
        self._ask("")
        self.field.hide()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- all of them

    def _preset_chosen(self, index: int) -> None:
        preset = PRESETS[index]
        self._workspace.prompts.confirm(
            self.tr("Use the keys “%1”?").replace("%1", _said(preset.title)),
            _said(preset.detail) + " " + self.tr("Keys that you chose yourself are given up."),
            self.tr("Use them"),
            lambda: take_preset(self._actions, preset),
        )

    def _export(self) -> None:
        def write(path: Path) -> None:
            try:
                path.write_text(to_json(self._actions) + "\n", "utf-8")
            except OSError as error:
                self._workspace.report(
                    InputError(f"{path.name} could not be written.", str(error.strerror or error))
                )
                return
            self._workspace.say(self.tr("Kept in %1").replace("%1", path.name))

        self._workspace.prompts.ask_save_file(
            self.tr("Save the keys"), "evaldesk-keys.json", self.tr("Keys (*.json)"), write
        )

    def _import(self) -> None:
        self._workspace.prompts.ask_open_file(
            self.tr("Take keys from a file"), self.tr("Keys (*.json)"), self._read
        )

    def _read(self, paths: list[Path]) -> None:
        path = paths[0]
        try:
            with path.open(encoding="utf-8") as file:
                text = file.read(_MOST)
            keys, unknown = from_json(self._actions, text)
        except (OSError, UnicodeDecodeError) as error:
            self._workspace.report(InputError(f"{path.name} could not be read.", str(error)))
            return
        except EvalDeskError as error:
            self._workspace.report(error)
            return
        self._actions.choose(dict(keys))
        said = self.tr("Keys taken from %1").replace("%1", path.name)
        if unknown:
            said += " · " + self.tr("not known here: %1").replace("%1", ", ".join(unknown))
        self._workspace.say(said)

    def _reset_all(self) -> None:
        self._workspace.prompts.confirm(
            self.tr("Give every command the program's keys again?"),
            self.tr("Keys that you chose yourself are given up."),
            self.tr("Reset all"),
            lambda: take_preset(self._actions, PRESETS[0]),
        )

    # -- what is shown

    def _make_search(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search commands, screens or keys"))
        self.search.setAccessibleName(self.tr("Search commands, screens or keys"))
        let_clear(self.search)
        self.search.textChanged.connect(self._filter)
        self.body.addWidget(self.search)

    def _make_table(self) -> None:
        self.table = CommandTable(self)
        self.table.setModel(self.model)
        self.table.chosen.connect(lambda _: self.press_keys(add=False))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(False)
        sized(self.table, _size_table)
        self.body.addWidget(self.table)

    def _make_chosen(self) -> None:
        self.name = text_label("", "heading", wrap=True)
        self.body.addWidget(self.name)
        held = QWidget()
        self._held = FlowLayout(held)
        self.body.addWidget(held)
        self.change_button = ActionButton(self.tr("Press other keys"), "⏎")
        self.change_button.clicked.connect(lambda: self.press_keys(add=False))
        self.add_button = ActionButton(self.tr("One more"), "Ins")
        self.add_button.clicked.connect(lambda: self.press_keys(add=True))
        self.reset_button = ActionButton(self.tr("Reset"))
        self.reset_button.setAccessibleName(self.tr("Reset the keys of this command"))
        self.reset_button.clicked.connect(self.reset)
        self.field = KeyField()
        self.field.setMaximumWidth(260)
        self.field.hide()
        self.field.taken.connect(self._taken)
        self.field.left.connect(self._field_left)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.change_button, self.add_button, self.reset_button, self.field):
            row.addWidget(widget)
        row.addStretch(1)
        self.body.addLayout(row)
        self.question = text_label("", "warn", wrap=True)
        self.take_button = ActionButton(self.tr("Take it from there"))
        self.take_button.clicked.connect(lambda: self._give(self._wanted))
        self.keep_button = ActionButton(self.tr("Leave it there"))
        self.keep_button.clicked.connect(self._leave_field)
        ways = QHBoxLayout()
        ways.setSpacing(8)
        ways.addWidget(self.take_button)
        ways.addWidget(self.keep_button)
        ways.addStretch(1)
        self.body.addWidget(self.question)
        self.body.addLayout(ways)
        self._ask("")

    def _make_whole(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.presets = QComboBox()
        self.presets.setAccessibleName(self.tr("Keys for a way of working"))
        self.presets.setPlaceholderText(self.tr("Keys for …"))
        for preset in PRESETS:
            self.presets.addItem(_said(preset.title))
            self.presets.setItemData(
                self.presets.count() - 1, _said(preset.detail), Qt.ItemDataRole.ToolTipRole
            )
        self.presets.setCurrentIndex(-1)
        self.presets.activated.connect(self._preset_chosen)
        row.addWidget(self.presets)
        self.reset_all = ActionButton(self.tr("Reset all"))
        self.reset_all.clicked.connect(self._reset_all)
        self.export_button = ActionButton(self.tr("Save to a file"))
        self.export_button.clicked.connect(self._export)
        self.import_button = ActionButton(self.tr("Take from a file"))
        self.import_button.clicked.connect(self._import)
        self.sheet_button = ActionButton(
            self.tr("Show all keys"), self._actions.keys("app.shortcuts")
        )
        self.sheet_button.clicked.connect(lambda: self._actions.trigger("app.shortcuts"))
        for button in (self.reset_all, self.export_button, self.import_button, self.sheet_button):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)

    def _filter(self, typed: str) -> None:
        kept = self.command
        self.model.filter(typed)
        row = self.model.row_of(kept.id) if kept is not None else -1
        self.table.select_row(max(row, 0))
        self._show_command()

    def _show_command(self) -> None:
        command = self.command
        while self._held.count():
            item = self._held.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for button in (self.change_button, self.add_button, self.reset_button):
            button.setEnabled(command is not None)
        if command is None:
            self.name.setText(self.tr("No command has these words."))
            return
        self.name.setText(f"{self._actions.text(command.id)} · {self.model.where(command.scope)}")
        keys = self._actions.shortcuts(command.id)
        for key in keys:
            button = ActionButton(f"{key_text(key)}  ✕", kind="flat")
            words = self.tr("Take {key} away").format(key=key)
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.clicked.connect(lambda _=False, key=key: self._drop(key))
            self._held.addWidget(button)
        if not keys:
            self._held.addWidget(
                text_label(self.tr("No key; the search for commands has it."), "muted")
            )
        self.reset_button.setEnabled(self._actions.is_own(command.id))
        self.reset_all.setEnabled(any(map(self._actions.is_own, self._ids())))
        self.add_button.setVisible(bool(keys))

    def _ids(self) -> list[str]:
        return [spec.id for spec in self._actions.specs]


def _said(text: str) -> str:
    return str(QCoreApplication.translate("Actions", text))


def _size_table(table: CommandTable) -> None:
    table.setFixedHeight(_ROWS * row_px(28) + px(28) + 2)
    table.setColumnWidth(1, px(170))
    table.setColumnWidth(2, px(180))
