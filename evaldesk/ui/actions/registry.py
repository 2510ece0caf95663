"""Binds commands to what carries them out, and lists them for palette and shortcut sheet."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from evaldesk.settings import Settings
from evaldesk.ui.actions.catalogue import all_actions
from evaldesk.ui.actions.key_text import KeyText, key_text, spelled
from evaldesk.ui.actions.spec import GLOBAL, ActionSpec


class ActionRegistry(QObject):
    """Every command, and which of them something carries out at present.

    A command of a screen holds while that screen is in sight, wherever the focus is; plain keys
    are off while typing (`evaldesk.ui.actions.typing_guard`).

    Attributes:
        allowed: asked before each run: whether the person's role has a command at all.

    Signals:
        changed: a command was bound, or its keys changed.
        keys_changed: the person chose other keys; what holds them answers to them already.
    """

    changed = Signal()
    keys_changed = Signal()

    def __init__(
        self,
        settings: Settings,
        specs: tuple[ActionSpec, ...] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._specs = {spec.id: spec for spec in (all_actions() if specs is None else specs)}
        self._bound: dict[str, tuple[QAction, Callable[[], bool] | None]] = {}
        self.allowed: Callable[[ActionSpec], bool] = lambda _: True

    @property
    def specs(self) -> tuple[ActionSpec, ...]:
        """Every command, bound or not."""
        return tuple(self._specs.values())

    def spec(self, action_id: str) -> ActionSpec:
        """The command of that id.

        Raises:
            KeyError: there is none; commands are declared in ``evaldesk/ui/actions``.
        """
        return self._specs[action_id]

    def text(self, action_id: str) -> str:
        """Its words, in the person's language."""
        return QCoreApplication.translate("Actions", self._specs[action_id].text)

    def shortcuts(self, action_id: str) -> tuple[str, ...]:
        """Its keys: the person's own where they chose some."""
        chosen = self._settings.shortcuts(action_id)
        return self._specs[action_id].shortcuts if chosen is None else chosen

    def is_own(self, action_id: str) -> bool:
        """Whether the person chose its keys."""
        return self._settings.shortcuts(action_id) is not None

    def choose(self, keys: Mapping[str, Iterable[str] | None]) -> None:
        """Give commands other keys, at once; None gives the program's back.

        Raises:
            KeyError: there is no such command.
        """
        chosen = dict(self._settings.all_shortcuts())
        for action_id, wanted in keys.items():
            own = self._specs[action_id].shortcuts
            given = None if wanted is None else [spelled(key) for key in wanted if spelled(key)]
            if given is None or given == [spelled(key) for key in own]:
                chosen.pop(action_id, None)
            else:
                chosen[action_id] = given
        self._settings.put("shortcuts", chosen or None)
        for action_id in keys:
            bound = self._bound.get(action_id)
            if bound is not None:
                bound[0].setShortcuts([QKeySequence(key) for key in self.shortcuts(action_id)])
        self.keys_changed.emit()
        self.changed.emit()

    def keys(self, action_id: str) -> KeyText:
        """Its first key as a person reads it; empty for none."""
        keys = self.shortcuts(action_id)
        return KeyText.of(
            key_text(keys[0]) if keys else "", lambda: self.keys(action_id), self.keys_changed
        )

    def tooltip(self, action_id: str) -> str:
        """Its words and its key, for the tooltip of a button."""
        keys = self.keys(action_id)
        return f"{self.text(action_id)}  ({keys})" if keys else self.text(action_id)

    def bind(
        self,
        widget: QWidget,
        action_id: str,
        run: Callable[[], object],
        enabled: Callable[[], bool] | None = None,
        *,
        focus: bool = False,
    ) -> QAction:
        """Say what carries a command out.

        Args:
            widget: the command holds while this widget is in sight.
            run: called without arguments.
            enabled: asked before each run; a command that says no does nothing and the palette
                leaves it out.
            focus: hold only while the focus is within the widget, for keys such as Return that
                mean something of their own elsewhere in the screen.
        """
        action = QAction(self.text(action_id), widget)
        action.setObjectName(action_id)
        action.setShortcuts([QKeySequence(keys) for keys in self.shortcuts(action_id)])
        action.setShortcutContext(
            Qt.ShortcutContext.WidgetWithChildrenShortcut
            if focus
            else Qt.ShortcutContext.WindowShortcut
        )

        def triggered() -> None:
            if not self.allowed(self._specs[action_id]):
                return
            if enabled is None or enabled():
                run()
            elif _leads_on(self.shortcuts(action_id)):
                widget.window().focusNextChild()
            elif _leads_back(self.shortcuts(action_id)):
                widget.window().focusPreviousChild()

        action.triggered.connect(triggered)
        widget.addAction(action)
        self._bound[action_id] = (action, enabled)

        def forget() -> None:
            bound = self._bound.get(action_id)
            if bound is not None and bound[0] is action:
                del self._bound[action_id]

        widget.destroyed.connect(forget)
        self.changed.emit()
        return action

    def is_enabled(self, action_id: str) -> bool:
        """Whether something carries it out, and would now."""
        bound = self._bound.get(action_id)
        if bound is None or not self.allowed(self._specs[action_id]):
            return False
        return bound[1] is None or bound[1]()

    def trigger(self, action_id: str) -> bool:
        """Carry it out; False where nothing does at present."""
        if not self.is_enabled(action_id):
            return False
        self._bound[action_id][0].trigger()
        return True

    def offered(self, screen_id: str) -> tuple[ActionSpec, ...]:
        """What can be done on this screen now: its own commands first."""
        able = [spec for spec in self._specs.values() if self.is_enabled(spec.id)]
        own = [spec for spec in able if spec.scope == screen_id]
        return (*own, *(spec for spec in able if spec.scope == GLOBAL))


def _leads_on(keys: tuple[str, ...]) -> bool:
    """Whether Tab is among them: where the command has nothing to do, it must not be a trap."""
    return "Tab" in map(spelled, keys)


def _leads_back(keys: tuple[str, ...]) -> bool:
    return not {"Shift+Tab", "Shift+Backtab", "Backtab"}.isdisjoint(map(spelled, keys))


def conflicts(
    specs: Iterable[ActionSpec], keys: Mapping[str, Iterable[str]] | None = None
) -> list[tuple[str, str, str]]:
    """Pairs of commands that would answer to the same keys, as (key, id, id). A screen's command
    also collides with one of the whole window.

    Args:
        keys: keys of commands that have others than their specification says.
    """
    holders: dict[str, list[ActionSpec]] = {}
    found = []
    for spec in specs:
        held = spec.shortcuts if keys is None else keys.get(spec.id, spec.shortcuts)
        for key in dict.fromkeys(map(spelled, held)):
            for other in holders.setdefault(key, []):
                if other.scope == spec.scope or GLOBAL in (other.scope, spec.scope):
                    found.append((key, other.id, spec.id))
            holders[key].append(spec)
    return found
