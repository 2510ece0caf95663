"""What a person can mend, and the exit code that the command line gives it.

::

    EvalDeskError
    ├── UsageError        2   the command or the request makes no sense
    ├── InputError        3   a file or record could not be read; nothing was written
    │   └── RunTakenError 3   its run holds other traces already
    ├── ProjectError      4   the project could not be opened (damaged, newer, locked)
    │   ├── DamagedError  4   it is a project, and its file is not whole
    │   └── LockedError   4   it is encrypted, and no key was given
    │       └── WrongKeyError 4   the key that was given does not open it
    ├── NotAllowedError   5   policy or role forbids it
    └── NotFoundError     2   a named thing is not in the project; offers the nearest name

Anything else that is raised is a fault of the program, but for `Cancelled`, which is none at all.
"""

import difflib
from collections.abc import Iterable


class EvalDeskError(Exception):
    """Something that a person can mend.

    Attributes:
        message: what happened and where, in one sentence.
        hint: what to do about it; may be empty.
        exit_code: what the command line exits with.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Cancelled(Exception):
    """The work was asked to stop, and did. Nothing is wrong and nobody need be told."""


class UsageError(EvalDeskError):
    """The request itself makes no sense."""

    exit_code = 2


class NotFoundError(UsageError):
    """A name that the project does not have.

    Attributes:
        name: what was asked for. nearest: the known name that is most like it. Both are empty
            where nothing is near.
    """

    name = ""
    nearest = ""

    @classmethod
    def among(cls, what: str, name: str, known: Iterable[str]) -> "NotFoundError":
        """An error that offers the nearest of the known names.

        Args:
            what: the kind of thing, such as ``run``.
            name: what was asked for.
            known: the names there are.
        """
        names = sorted(set(known))
        nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        if nearest:
            hint = f"Did you mean “{nearest[0]}”?"
        elif names:
            shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
            hint = f"There are: {shown}."
        else:
            hint = "The project has none yet."
        error = cls(f"There is no {what} “{name}”.", hint)
        if nearest:
            error.name, error.nearest = name, nearest[0]
        return error


class InputError(EvalDeskError):
    """A file or record that could not be read. Nothing was written.

    Attributes:
        path: the file as the person named it; may be empty.
        record: line, row, member or index inside it, as ``line 17``; may be empty.
    """

    exit_code = 3

    def __init__(self, message: str, hint: str = "", *, path: str = "", record: str = "") -> None:
        place = ", ".join(part for part in (path, record) if part)
        super().__init__(f"{place}: {message}" if place else message, hint)
        self.reason = message
        self.path = path
        self.record = record


class RunTakenError(InputError):
    """The run that a file goes into already holds another trace in the same place."""


class ProjectError(EvalDeskError):
    """The project could not be opened or written."""

    exit_code = 4


class DamagedError(ProjectError):
    """The file is a project, and it is not whole."""


class LockedError(ProjectError):
    """The project is encrypted; it opens with a key."""


class WrongKeyError(LockedError):
    """The key that was given does not open the project."""


class NotAllowedError(EvalDeskError):
    """Policy or role forbids it."""

    exit_code = 5
