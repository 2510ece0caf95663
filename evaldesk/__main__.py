"""``evaldesk`` opens the window, ``evaldesk FILE`` a project or a package, ``evaldesk PROJECT
ADDRESS`` a view of its traces, ``evaldesk COMMAND`` a command.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Window or command line; returns the exit code."""
    from evaldesk.net import guard

    guard.install()
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (names_a_project(arguments[0]) and _only_a_view(arguments[1:])):
        from evaldesk.app.main import run

        return run(arguments)
    from evaldesk.app.desktop import DesktopCommands
    from evaldesk.cli.main import main as command_line

    return command_line(arguments, DesktopCommands())


def names_a_project(argument: str) -> bool:
    """Whether an argument is a path and no command: it ends like a project or a package, or has a
    folder.
    """
    if argument.startswith("-"):
        return False
    separators = {os.sep, os.altsep or os.sep}
    return Path(argument).suffix.casefold() in (".evaldesk", ".evalpack") or any(
        separator in argument for separator in separators
    )


def _only_a_view(arguments: Sequence[str]) -> bool:
    """Whether nothing follows the project but the address of a view."""
    return not arguments or (len(arguments) == 1 and arguments[0].startswith("evaldesk:"))


if __name__ == "__main__":
    sys.exit(main())
