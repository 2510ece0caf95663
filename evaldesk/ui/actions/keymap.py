"""A person's keys as a whole: who else has a key, presets, and a file to take along."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.domain.errors import UsageError
from evaldesk.ui.actions.key_text import key_text, spelled
from evaldesk.ui.actions.registry import ActionRegistry, conflicts
from evaldesk.ui.actions.spec import GLOBAL, ActionSpec

FORMAT = "evaldesk-keys"
VERSION = 1

Keys = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Preset:
    """Keys for a way of sitting at the desk.

    Attributes:
        keys: command → its keys. Every other command keeps the program's, but for those that are
            given away here.
    """

    id: str
    title: str
    detail: str
    keys: Mapping[str, tuple[str, ...]]


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


_LEFT: Keys = {
    "review.up": ("W", "Up"),
    "review.down": ("S", "Down"),
    "review.left": ("A", "Left"),
    "review.right": ("D", "Right"),
    "review.write": ("F", "Return", "Enter"),
    "review.clear": ("`", "0", "Backspace"),
    "review.submit": ("Ctrl+Space", "Ctrl+Return", "Ctrl+Enter"),
    "review.skip": ("Q",),
    "review.comment": ("Ctrl+E", "Ctrl+M"),
    "review.next": ("Ctrl+D", "Alt+Down"),
    "review.previous": ("Ctrl+A", "Alt+Up"),
    "review.next_pending": ("Ctrl+F",),
    "review.find": ("Ctrl+G", "/"),
    "review.difference": ("Ctrl+X",),
    "review.difference_back": ("Ctrl+Shift+X",),
    "review.filter": ("Ctrl+T",),
    "prefer.left": ("A", "Left"),
    "prefer.right": ("D", "Right"),
    "prefer.tie": ("T",),
    "prefer.bad": ("B",),
    "prefer.up": ("W", "Up", "Shift+Tab"),
    "prefer.down": ("S", "Down", "Tab"),
    "prefer.clear": ("`", "0", "Backspace"),
    "prefer.reason": ("F", "R", "M"),
    "prefer.submit": ("Ctrl+Space", "Ctrl+Return", "Ctrl+Enter"),
    "prefer.skip": ("Q",),
    "prefer.next": ("Ctrl+D", "J", "Alt+Down"),
    "prefer.previous": ("Ctrl+A", "K", "Alt+Up"),
    "prefer.next_pending": ("Ctrl+F", "N"),
    "prefer.find": ("Ctrl+G", "/"),
    "prefer.difference": ("Ctrl+X",),
    "prefer.difference_back": ("Ctrl+Shift+X",),
    "adjudicate.next": ("S", "J", "Down"),
    "adjudicate.previous": ("W", "K", "Up"),
    "adjudicate.next_open": ("D", "N"),
    "adjudicate.rule": ("Ctrl+Space", "Ctrl+Return", "Ctrl+Enter"),
    "adjudicate.systems": ("Ctrl+E",),
    "compare.next": ("S", "J", "Alt+Down"),
    "compare.previous": ("W", "K", "Alt+Up"),
    "compare.difference": ("D", "N"),
}

_RIGHT: Keys = {
    **{f"review.answer{n}": (f"Num+{n}", str(n)) for n in range(1, 10)},
    "review.clear": ("Num+0", "0", "Backspace"),
    "review.down": ("Num++", "Down"),
    "review.up": ("Num+-", "Up"),
    "review.cannot_judge": ("Num+/", "X"),
    "review.modes": ("Num+*", "T"),
    "review.submit": ("Num+Enter", "Ctrl+Return", "Ctrl+Enter"),
    "review.skip": ("Num+.", "Num+,", "S"),
    "review.undo": ("Shift+Backspace", "Ctrl+Z"),
    "review.next_pending": ("End", "N"),
    "review.next": ("J", "Alt+Down"),
    "prefer.left": ("Num+4", "Left"),
    "prefer.right": ("Num+6", "Right"),
    "prefer.tie": ("Num+5", "T"),
    "prefer.bad": ("Num+8", "B"),
    **{f"prefer.digit{n}": (f"Num+{n}", str(n)) for n in range(1, 4)},
    "prefer.reason": ("Num+*", "R", "M"),
    "prefer.clear": ("Num+0", "0", "Backspace"),
    "prefer.down": ("Num++", "Down", "Tab"),
    "prefer.up": ("Num+-", "Up", "Shift+Tab"),
    "prefer.submit": ("Num+Enter", "Ctrl+Return", "Ctrl+Enter"),
    "prefer.skip": ("Num+.", "Num+,", "S"),
    "prefer.undo": ("Shift+Backspace", "Ctrl+Z"),
    "prefer.next_pending": ("End", "N"),
    **{f"adjudicate.choose{n}": (f"Num+{n}", str(n)) for n in range(1, 10)},
    "adjudicate.next": ("Num++", "J", "Down"),
    "adjudicate.previous": ("Num+-", "K", "Up"),
    "adjudicate.rule": ("Num+Enter", "Ctrl+Return", "Ctrl+Enter"),
}

PRESETS: tuple[Preset, ...] = (
    Preset(
        "digits",
        _tr("Digits above the letters"),
        _tr("The program's own keys."),
        {},
    ),
    Preset(
        "left",
        _tr("Left hand only"),
        _tr(
            "Criteria by W and S, answers by 1 to 5 or A, D and F, Ctrl+Space submits. "
            "Of a pair A and D prefer a side."
        ),
        _LEFT,
    ),
    Preset(
        "right",
        _tr("Right hand, number pad"),
        _tr(
            "Answers on the pad, + and − go through the criteria, its Enter submits. "
            "Of a pair 4 and 6 prefer a side, 5 is a tie, 8 both bad."
        ),
        _RIGHT,
    ),
)


def all_keys(actions: ActionRegistry) -> Keys:
    """Every command's keys as they are."""
    return {spec.id: actions.shortcuts(spec.id) for spec in actions.specs}


def holders(actions: ActionRegistry, action_id: str, key: str) -> list[ActionSpec]:
    """The other commands that answer to a key where this one does."""
    scope, wanted = actions.spec(action_id).scope, spelled(key)
    return [
        spec
        for spec in actions.specs
        if spec.id != action_id
        and (spec.scope == scope or GLOBAL in (spec.scope, scope))
        and wanted in map(spelled, actions.shortcuts(spec.id))
    ]


def give(actions: ActionRegistry, action_id: str, keys: Iterable[str]) -> None:
    """Give a command these keys, and take them from whatever else answers to them."""
    wanted = tuple(dict.fromkeys(map(spelled, keys)))
    chosen: dict[str, Iterable[str] | None] = {action_id: wanted}
    for key in wanted:
        for spec in holders(actions, action_id, key):
            held = chosen.get(spec.id) or actions.shortcuts(spec.id)
            chosen[spec.id] = [own for own in held if spelled(own) != key]
    actions.choose(chosen)


def of_preset(specs: Iterable[ActionSpec], preset: Preset) -> Keys:
    """Every command's keys under a preset: what it names, and for the others the program's keys
    without those that it gives away.
    """
    specs = tuple(specs)
    given: dict[str, set[str]] = {}
    scopes = {spec.id: spec.scope for spec in specs}
    for action_id, keys in preset.keys.items():
        given.setdefault(scopes.get(action_id, ""), set()).update(map(spelled, keys))
    everywhere = given.get(GLOBAL, set())
    result: Keys = {}
    for spec in specs:
        if spec.id in preset.keys:
            result[spec.id] = tuple(preset.keys[spec.id])
            continue
        gone = given.get(spec.scope, set()) | everywhere
        if spec.scope == GLOBAL:
            gone = set().union(*given.values())
        result[spec.id] = tuple(key for key in spec.shortcuts if spelled(key) not in gone)
    return result


def take_preset(actions: ActionRegistry, preset: Preset) -> None:
    """Forget the keys that were chosen, and use those of a preset."""
    actions.choose(dict(of_preset(actions.specs, preset)))


def to_json(actions: ActionRegistry) -> str:
    """The keys that differ from the program's, to be kept or given to somebody."""
    own = {spec.id: list(actions.shortcuts(spec.id)) for spec in actions.specs}
    chosen = {name: keys for name, keys in own.items() if actions.is_own(name)}
    return json.dumps(
        {"format": FORMAT, "version": VERSION, "keys": chosen}, indent=1, ensure_ascii=False
    )


def from_json(actions: ActionRegistry, text: str) -> tuple[Keys, list[str]]:
    """What a file says, checked; nothing is changed yet.

    Returns:
        The keys of every command under it, and the names in it that are no commands here.

    Raises:
        UsageError: it is no such file, a key is none, or two commands would share one.
    """
    chosen = _read(text)
    specs = {spec.id: spec for spec in actions.specs}
    keys: Keys = {spec.id: spec.shortcuts for spec in specs.values()}
    for name, given in chosen.items():
        bad = next((key for key in given if not spelled(key)), None)
        if bad is not None:
            raise UsageError(
                f"“{bad}”, given to “{name}”, is no key.", "Keys are written as in Ctrl+Shift+F."
            )
        if name in specs:
            keys[name] = tuple(given)
    shared = conflicts(specs.values(), keys)
    if shared:
        key, one, other = shared[0]
        raise UsageError(
            f"{key_text(key)} would be both “{actions.text(one)}” and “{actions.text(other)}”.",
            "Take it from one of the two in the file.",
        )
    return keys, sorted(set(chosen) - set(specs))


def _read(text: str) -> dict[str, list[str]]:
    try:
        loaded: Any = json.loads(text)
    except ValueError as error:
        raise UsageError("This file is not JSON.", str(error)) from error
    if not isinstance(loaded, dict) or loaded.get("format") != FORMAT:
        raise UsageError(
            "This file holds no keys of EvalDesk.", f'It should say "format": "{FORMAT}".'
        )
    if loaded.get("version") != VERSION:
        raise UsageError(
            f"These keys are of version {loaded.get('version')}; this program reads {VERSION}.",
            "A newer EvalDesk may read them.",
        )
    keys = loaded.get("keys")
    lists = isinstance(keys, dict) and all(
        isinstance(given, list) and all(isinstance(key, str) for key in given)
        for given in keys.values()
    )
    if not isinstance(keys, dict) or not lists:
        raise UsageError("The keys in this file are not lists of keys by command.")
    return keys


def listed(actions: ActionRegistry, typed: str, title_of: Callable[[str], str]) -> list[ActionSpec]:
    """The commands whose words, screen or keys hold every word that was typed; a key may be
    written as it is shown or as it is spelled.
    """
    words = typed.casefold().split()
    found = []
    for spec in actions.specs:
        keys = actions.shortcuts(spec.id)
        shown = " ".join((*keys, *map(key_text, keys)))
        text = f"{actions.text(spec.id)} {title_of(spec.scope)} {spec.group} {shown}".casefold()
        if all(word in text for word in words):
            found.append(spec)
    return found
