"""Write docs/command-line.md from the commands themselves: run it after changing one."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "command-line.md"

INTRODUCTION = """\
# The command line

`evaldesk` opens the window and `evaldesk PROJECT` opens a project in it. Every subcommand below
does without a display, `demo` without `--headless` aside. With `--json` it prints one JSON document
on standard output and nothing else there; progress and remarks go to standard error. Names, JSON
keys and exit codes are a contract that scripts and release gates may depend on; more keys may be
added.

| exit code | means |
| --- | --- |
| 0 | done |
| 1 | the answer is no: verification finds a fault, a gate fails |
| 2 | wrong usage, or a name that the project does not have |
| 3 | the input could not be read; the message names file, line or record; nothing was written |
| 4 | the project could not be opened: damaged, newer, locked |
| 5 | not allowed |

An estimate is always an object of `value`, `low`, `high`, `level`, `n`, `method`, `seed` and
`undefined_reason`; what does not apply is null.

This page is made by `docs/write_command_line.py`.
"""


def page() -> str:
    """The whole page."""
    from evaldesk.cli.main import COMMANDS

    parts = [INTRODUCTION]
    for command in COMMANDS:
        parser = argparse.ArgumentParser(add_help=False)
        command.arguments(parser)
        parts.append(f"## {command.name}\n\n{command.summary}\n\n```sh\n{command.example}\n```\n")
        rows = [*_rows(parser)]
        if rows:
            parts.append("\n".join(["| | |", "| --- | --- |", *rows]) + "\n")
    return "\n".join(parts)


def _rows(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        name = action.metavar or (action.choices and "{" + ",".join(map(str, action.choices)) + "}")
        name = name or action.dest.upper()
        if isinstance(name, tuple):
            name = " ".join(name)
        if action.nargs in ("+", "*"):
            name += " …"
        if not action.option_strings:
            shown = name
        elif action.nargs == 0:
            shown = ", ".join(action.option_strings)
        else:
            shown = f"{', '.join(action.option_strings)} {name}"
        shown, told = (text.replace("|", "\\|") for text in (shown, action.help or ""))
        needed = " (required)" if action.required and action.option_strings else ""
        yield f"| `{shown}` | {told}{needed} |"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(), "utf-8")
