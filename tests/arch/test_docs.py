"""The documents say what the program is."""

import importlib.util
import re
from pathlib import Path

import pytest

from evaldesk.cli.command import Command
from evaldesk.cli.main import COMMANDS
from evaldesk.importers.registry import TRACE_FORMATS

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def test_every_subcommand_is_documented_as_it_is(repository: Path) -> None:
    script = repository / "docs" / "write_command_line.py"
    spec = importlib.util.spec_from_file_location("write_command_line", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kept = (repository / "docs" / "command-line.md").read_text("utf-8")
    assert kept == module.page(), "run: python docs/write_command_line.py"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_an_example_begins_with_its_command(command: Command) -> None:
    assert command.example.startswith(f"evaldesk {command.name}")


def test_links_lead_somewhere(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]
    assert pages
    broken = [
        f"{page.relative_to(repository)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken, "\n".join(broken)


def test_every_decision_is_in_the_index(repository: Path) -> None:
    folder = repository / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    for page in folder.glob("0*.md"):
        assert f"({page.name})" in index


def test_readme_names_the_two_commands(repository: Path) -> None:
    readme = (repository / "README.md").read_text("utf-8")
    for command in ("packaging/start", "packaging/check"):
        assert command in readme
        assert (repository / command).stat().st_mode & 0o111, f"{command} cannot be run"


def test_every_format_has_a_row(repository: Path) -> None:
    page = (repository / "docs" / "formats.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    told = {name for cell in rows for name in re.findall(r"`([\w-]+)`", cell)}
    assert {format.name for format in TRACE_FORMATS} <= told
