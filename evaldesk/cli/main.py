"""Reads the command line, runs a subcommand, prints what it did."""

import argparse
import difflib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from evaldesk import __version__
from evaldesk.cli import (
    auditing,
    comparing,
    dataset_checks,
    datasets,
    desktop,
    diffing,
    encrypting,
    exporting,
    highlighting,
    identities,
    importing,
    labelling,
    network,
    packages,
    preferences,
    privacy,
    projects,
    reading,
    rounds,
)
from evaldesk.cli.command import Command, Context, Desktop
from evaldesk.cli.order import ordered
from evaldesk.domain.errors import EvalDeskError, UsageError

COMMANDS: tuple[Command, ...] = (
    *projects.COMMANDS,
    *network.COMMANDS,
    *encrypting.COMMANDS,
    *importing.COMMANDS,
    *reading.COMMANDS,
    *diffing.COMMANDS,
    *labelling.COMMANDS,
    *highlighting.COMMANDS,
    *rounds.COMMANDS,
    *preferences.COMMANDS,
    *datasets.COMMANDS,
    *dataset_checks.COMMANDS,
    *comparing.COMMANDS,
    *exporting.COMMANDS,
    *privacy.COMMANDS,
    *identities.COMMANDS,
    *auditing.COMMANDS,
    *packages.COMMANDS,
    *desktop.COMMANDS,
)

_INTERRUPTED = 130


def names() -> frozenset[str]:
    """The first words of all subcommands; anything else on the command line is a project."""
    return frozenset(command.name.split()[0] for command in COMMANDS)


class _Usage(Exception):
    """Wrong usage, found by argparse."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _Usage(f"{message}\n\n{self.format_usage().strip()}")


def main(argv: Sequence[str], windows: Desktop | None = None) -> int:
    """Run one subcommand.

    Args:
        argv: without the program's name.
        windows: what ``demo`` and ``screenshots`` draw with.

    Returns:
        The exit code of the contract.
    """
    as_json = "--json" in argv
    _plain_streams(as_json)
    try:
        top, commands = _parsers()
        args, unknown = top.parse_known_args(ordered(argv, commands))
    except _Usage as error:
        return _failed(UsageError(str(error), _nearest_command(argv)), as_json)
    command: Command = args.command
    if unknown:
        return _failed(_not_understood(unknown, commands[command.name]), as_json)
    try:
        outcome = command.run(args, Context(windows, _tell))
    except EvalDeskError as error:
        return _failed(error, as_json)
    except KeyboardInterrupt:
        _tell("Stopped; nothing was written.")
        return _INTERRUPTED
    except OSError as error:
        # What is read is spoken of where it is read; this is where a result should go.
        place = error.filename or "A file"
        reason = (error.strerror or type(error).__name__).lower()
        return _failed(UsageError(f"{place} could not be written ({reason})."), as_json)
    except Exception as error:
        traceback.print_exc()
        # Without the message, which may hold text of a trace.
        return _failed(EvalDeskError(f"A fault of the program: {type(error).__name__}."), as_json)
    _print(_json(outcome.data) if as_json else outcome.text)
    return outcome.exit_code


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    return _parsers()[0]


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """The whole command line, and the parser of each command."""
    commands: dict[str, argparse.ArgumentParser] = {}
    top = _Parser(
        prog="evaldesk",
        description="Judge what a language-model system did, entirely offline. Without a "
        "subcommand the window opens; `evaldesk PROJECT` opens a project in it.",
    )
    top.add_argument("--version", action="version", version=f"evaldesk {__version__}")
    groups: dict[str, Any] = {}
    first = top.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        *group, name = command.name.split()
        parent = first
        if group:
            if group[0] not in groups:
                inner = first.add_parser(group[0], help=f"{group[0]} …")
                groups[group[0]] = inner.add_subparsers(metavar="COMMAND", required=True)
            parent = groups[group[0]]
        made = parent.add_parser(
            name,
            help=command.summary,
            description=command.summary,
            epilog=f"Example:\n  {command.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.arguments(made)
        made.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )
        made.set_defaults(command=command)
        commands[command.name] = made
    return top, commands


def _nearest_command(argv: Sequence[str]) -> str:
    word = next((word for word in argv if not word.startswith("-")), "")
    nearest = difflib.get_close_matches(word, names(), n=1, cutoff=0.6)
    return f"Did you mean “{nearest[0]}”?" if nearest and word not in names() else ""


def _not_understood(unknown: Sequence[str], parser: argparse.ArgumentParser) -> UsageError:
    options = [word for word in unknown if word.startswith("-")]
    known = parser._option_string_actions
    nearest = difflib.get_close_matches(options[0], known, n=1) if options else []
    words = " ".join(options or unknown)
    return UsageError(
        f"unrecognized arguments: {words}\n\n{parser.format_usage().strip()}",
        f"Did you mean “{nearest[0]}”?" if nearest else "",
    )


def _failed(error: EvalDeskError, as_json: bool) -> int:
    _tell(f"evaldesk: {error}")
    if as_json:
        _print(
            _json(
                {"error": error.message, "hint": error.hint or None, "exit_code": error.exit_code}
            )
        )
    return error.exit_code


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plain_streams(as_json: bool) -> None:
    # A terminal in another encoding must not stop a report; what it cannot show becomes "?".
    # JSON is UTF-8 wherever it goes.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if as_json and stream is sys.stdout:
            reconfigure(encoding="utf-8")
        reconfigure(errors="replace")
