"""What a subcommand is, and the few arguments that most of them share."""

import argparse
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evaldesk.domain.identity import Role, Signer
    from evaldesk.storage.project import Project


NOT_IN_A_PACKAGE = frozenset(
    (
        *("import", "ratings import", "pairs import", "rubric import", "network"),
        *("assign", "round reveal", "round close", "dataset new", "dataset split"),
        *("dataset edit", "dataset suite", "redact", "retention set", "retention apply"),
        *("identity trust", "identity revoke", "package export", "package merge"),
    )
)
"""Commands that change what a reviewer's project was sent with, or speak for its owner."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a subcommand did.

    Attributes:
        data: the JSON document of the contract.
        text: the same for people.
        exit_code: 0, or 1 where the answer is no.
    """

    data: Any
    text: str
    exit_code: int = 0


class Desktop(Protocol):
    """What needs a window system; given by the composition root, imported when it is used."""

    def open(self, project: Path) -> int:
        """Open a project in the window and return the exit code when it is closed."""
        ...

    def capture(
        self, project: Path, folder: Path, theme: str, size: tuple[int, int], scale: float = 1.0
    ) -> "Sequence[Path]":
        """Draw every screen of a project, offscreen, in pictures of that many pixels."""
        ...

    def checks(self) -> "Sequence[tuple[str, bool, str]]":
        """(what, whether it works, detail) for window, chart and the rest."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a subcommand is run with.

    Attributes:
        desktop: None where there is none, as in tests of the core.
        tell: for progress and remarks; goes to standard error.
    """

    desktop: Desktop | None
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand.

    Attributes:
        name: as typed; two words for one below a group, such as ``ratings import``.
        summary: one line.
        example: a command line that works.
        arguments: adds them to the parser.
        run: does it.
    """

    name: str
    summary: str
    example: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Context], Outcome]


def add_project(parser: argparse.ArgumentParser) -> None:
    """The project's path, always the first argument."""
    add_path(parser)
    add_key(parser)


def add_path(parser: argparse.ArgumentParser) -> None:
    """The path alone, of a project that there is not yet."""
    parser.add_argument("project", metavar="PROJECT", type=Path, help="the .evaldesk file")


def add_key(parser: argparse.ArgumentParser) -> None:
    """Where the key of the project lies, if it is encrypted."""
    parser.add_argument(
        "--key-file",
        metavar="FILE",
        type=Path,
        help="passphrase or recovery code, if it is encrypted; else EVALDESK_PASSPHRASE",
    )


def add_author(parser: argparse.ArgumentParser) -> None:
    """Who does it."""
    parser.add_argument("--author", metavar="NAME", default="", help="who you are")


def add_resampling(parser: argparse.ArgumentParser, resamples: int) -> None:
    """How resampling is done."""
    parser.add_argument(
        "--resamples", metavar="N", type=natural, default=resamples, help="of the bootstrap"
    )
    parser.add_argument(
        "--seed", metavar="S", type=int, default=20261, help="of the resampling (20261)"
    )


def natural(text: str) -> int:
    """A whole number from 0; argparse makes the message."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def author_of(args: argparse.Namespace) -> str:
    """The name given, or the one that the person chose in the program."""
    from evaldesk.settings import Settings

    given: str = getattr(args, "author", "")
    return given or Settings().user


@contextmanager
def opened(args: argparse.Namespace) -> "Iterator[Project]":
    """The project, closed again whatever happens."""
    from evaldesk.cli.keys import opened_with_key

    project = opened_with_key(args)
    project.sign_as(lambda: _signer(args))
    try:
        _check_role(args, project)
        yield project
    finally:
        project.close()


def _check_role(args: argparse.Namespace, project: "Project") -> None:
    """In a project that was made of a package only what its rater does is done; reading is free.

    Raises:
        NotAllowedError: the command does something else.
    """
    name = args.command.name
    if name != "rule" and name not in NOT_IN_A_PACKAGE:
        return
    if project.packages.opened() is not None:
        from evaldesk.services.projects import roles

        least: Role = "adjudicator" if name == "rule" else "specialist"
        roles.require(project, author_of(args), least, f"use `{name}`")


def _signer(args: argparse.Namespace) -> "Signer | None":
    from evaldesk.services.projects.identities import quiet_signer

    return quiet_signer(author_of(args))
