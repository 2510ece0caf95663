"""Preferences as one small JSON file in the system's place for such files."""

import contextlib
import getpass
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Literal

from evaldesk.settings.locations import config_folder

Theme = Literal["system", "light", "dark"]
RECENTS = 8


class Settings:
    """Preferences. Reads once, writes at each change; a damaged file counts as empty.

    No content of a project is ever put here, only names of files and how the window looked.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else config_folder() / "settings.json"
        self._values: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            loaded = json.loads(self.path.read_text("utf-8"))
            if isinstance(loaded, dict):
                self._values = loaded

    def get(self, key: str, default: Any = None) -> Any:
        """The value kept under this key."""
        return self._values.get(key, default)

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value; None forgets it. A disk that cannot be written loses preferences,
        never work, so that is no error.
        """
        if self._values.get(key) == value:
            return
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        with contextlib.suppress(OSError):
            self._save()

    @property
    def user(self) -> str:
        """The person's name: as chosen, else as the system knows it."""
        chosen = self.get("user", "")
        return chosen if isinstance(chosen, str) and chosen else system_user()

    @property
    def user_was_chosen(self) -> bool:
        """Whether the person has said who they are."""
        return bool(self.get("user"))

    @property
    def theme(self) -> Theme:
        """``system``, ``light`` or ``dark``."""
        value = self.get("theme", "system")
        return value if value in ("light", "dark") else "system"

    @property
    def recents(self) -> tuple[str, ...]:
        """Projects opened lately, newest first; only those that still exist."""
        paths = self.get("recents", [])
        if not isinstance(paths, list):
            return ()
        return tuple(path for path in paths if isinstance(path, str) and Path(path).exists())

    def remember_project(self, path: Path) -> None:
        """Put a project first in the list of recent ones."""
        text = str(path.resolve())
        others = [item for item in self.recents if item != text]
        self.put("recents", [text, *others][:RECENTS])

    def forget_projects(self) -> None:
        """Empty the list of recent projects."""
        self.put("recents", None)

    def shortcuts(self, action: str) -> tuple[str, ...] | None:
        """The keys a person chose for an action; None where they kept the program's."""
        keys = self.all_shortcuts().get(action)
        return tuple(str(key) for key in keys) if isinstance(keys, list) else None

    def all_shortcuts(self) -> dict[str, Any]:
        """The keys a person chose, by action."""
        chosen = self.get("shortcuts", {})
        return chosen if isinstance(chosen, dict) else {}

    def _save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".settings-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self._values, file, ensure_ascii=False, indent=1, sort_keys=True)
            os.replace(name, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def system_user() -> str:
    """The name of the person at this machine, as its system has it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "reviewer"
