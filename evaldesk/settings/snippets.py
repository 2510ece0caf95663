"""Texts that a person writes often, under abbreviations of their own."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.settings.store import Settings

FORMAT = "evaldesk-snippets"
VERSION = 1
_KEY = "snippets"
_ABBREVIATION = re.compile(r"[\w-]{1,24}")
_LONGEST = 4000
_MOST = 500

Snippets = Mapping[str, str]
"""Abbreviation, without its semicolon → text; in alphabetical order."""


def snippets(settings: Settings) -> dict[str, str]:
    """What this person keeps; entries of a damaged file are left out."""
    kept = settings.get(_KEY, {})
    if not isinstance(kept, dict):
        return {}
    fit = {key: text for key, text in kept.items() if _fits(key, text)}
    return dict(sorted(fit.items(), key=lambda item: item[0].casefold()))


def keep_snippets(settings: Settings, chosen: Snippets) -> None:
    """Keep these and no others.

    Raises:
        InputError: an abbreviation is not one word, a text is empty or too long, or there are too
            many; nothing was kept.
    """
    for key, text in chosen.items():
        _check(key, text)
    if len(chosen) > _MOST:
        raise InputError(f"There is room for {_MOST} snippets.", "Leave some out.")
    settings.put(_KEY, dict(chosen) or None)


def write_snippets(path: Path, chosen: Snippets) -> None:
    """Write them to a JSON file that `read_snippets` reads.

    Raises:
        OSError: the file cannot be written.
    """
    whole = {"format": FORMAT, "version": VERSION, "snippets": dict(chosen)}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_snippets(path: Path) -> dict[str, str]:
    """What `write_snippets` wrote.

    Raises:
        InputError: the file holds something else, or a snippet that cannot be; names it.
        OSError: the file cannot be read.
    """
    try:
        whole: Any = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise InputError(
            f"{path.name} is no JSON file.", "Choose one that was exported."
        ) from error
    found = whole.get("snippets") if isinstance(whole, dict) else None
    if not isinstance(found, dict) or whole.get("format") != FORMAT:
        raise InputError(f"{path.name} holds no snippets.", "Choose a file that was exported here.")
    if whole.get("version") != VERSION:
        raise InputError(f"{path.name} was written by a newer EvalDesk.", "Update EvalDesk.")
    for key, text in found.items():
        _check(key, text)
    return found


def _fits(key: Any, text: Any) -> bool:
    return (
        isinstance(key, str)
        and _ABBREVIATION.fullmatch(key) is not None
        and isinstance(text, str)
        and 0 < len(text.strip()) <= _LONGEST
    )


def _check(key: str, text: object) -> None:
    if not _fits(key, text):
        raise InputError(
            f"The snippet “{key}” cannot be kept.",
            "An abbreviation is one word of letters, digits, _ and -, and its text is not empty "
            f"and has at most {_LONGEST:,} characters.",
        )
