"""The words of a command line, brought into an order that argparse understands."""

import argparse
import re
from collections.abc import Mapping, Sequence

_OPTION = re.compile(r"--[a-z][a-z-]*(=.*)?|-h", re.DOTALL)
_TEXTS = frozenset(
    (
        *("--sort", "--categories", "--value", "--query", "--where", "--reason"),
        *("--name", "--run", "--a", "--b", "--after", "--round", "--raters"),
    )
)
"""Options whose text may begin with a minus sign."""


def ordered(argv: Sequence[str], commands: Mapping[str, argparse.ArgumentParser]) -> list[str]:
    """The same words: the command, what is not an option, then the options.

    argparse gives up on ``export PROJECT --name NAME FILE`` and ``import PROJECT A --run R B``,
    where something that may be left out or repeated stands behind an option.

    Args:
        argv: without the program's name.
        commands: the parser of each command.
    """
    words = _joined(argv)
    if words[:1] == ["--json"]:
        words = [*words[1:], "--json"]
    name = next((n for n in (" ".join(words[:2]), *words[:1]) if n in commands), "")
    if not name or "--" in words:
        return words
    known = commands[name]._option_string_actions
    rest = words[len(name.split()) :]
    places: list[str] = []
    options: list[str] = []
    while rest:
        word = rest.pop(0)
        if not _OPTION.fullmatch(word):
            places.append(word)
            continue
        options.append(word)
        action = known.get(word) or next((known[n] for n in known if n.startswith(word)), None)
        if action is None or "=" in word:
            continue
        for _ in range(action.nargs if isinstance(action.nargs, int) else 1):
            if rest and not _OPTION.fullmatch(rest[0]):
                options.append(rest.pop(0))
    return [*name.split(), *places, *options]


def _joined(argv: Sequence[str]) -> list[str]:
    """argparse takes ``--sort -cost`` and ``--categories -1,0,1`` for two options; written as
    ``--sort=-cost`` they are one.
    """
    joined: list[str] = []
    for word in argv:
        before = joined[-1] if joined else ""
        if before in _TEXTS and word.startswith("-") and not _OPTION.fullmatch(word):
            joined[-1] = f"{before}={word}"
        else:
            joined.append(word)
    return joined
