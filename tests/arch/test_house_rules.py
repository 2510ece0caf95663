"""What holds for every file of the repository, whoever writes it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDERS = (".ci", "docs", "evaldesk", "packaging", "resources", "sample_projects", "tests")
BINARY = {".png", ".otf", ".ttf", ".evaldesk", ".xlsx", ".gz", ".eval", ".qm", ".ico", ".pyc"}

LONGEST = 800
"""Lines of a module. 100 to 250 is usual, and one over 400 wants a second look; this only stops
what nobody can read any more."""

# Put together here, so that this file does not find itself.
ELSEWHERE = re.compile(
    r"(?<![\w.~-])/(?:wor"
    + r"k|roo"
    + r"t)/|py"
    + r"pi\.org|python"
    + r"hosted|--(?:extra-)?index"
    + "-url"
)


def files(root: Path) -> Iterator[Path]:
    """What is kept in the repository, binary files aside."""
    yield from (path for path in root.iterdir() if path.is_file())
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.is_file() and path.suffix not in BINARY and "__pycache__" not in path.parts:
                yield path


def modules(root: Path) -> list[Path]:
    found = sorted((root / "evaldesk").rglob("*.py"))
    assert found
    return found


def test_nothing_names_a_machine_or_a_package_index(repository: Path) -> None:
    found = []
    for path in files(repository):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if ELSEWHERE.search(line):
                found.append(f"{path.relative_to(repository)}:{number}: {line.strip()[:80]}")
    assert not found, "\n".join(found)


def test_modules_are_named_by_what_they_are_about(repository: Path) -> None:
    vague = {"utils", "util", "helpers", "helper", "misc", "common", "manager"}
    assert not [path for path in modules(repository) if path.stem in vague]


def test_no_class_is_a_manager(repository: Path) -> None:
    for path in modules(repository):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert not node.name.endswith(("Manager", "Helper", "Utils")), (
                    f"{path}: {node.name}"
                )


def test_modules_can_be_read(repository: Path) -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules(repository)}
    assert not {path.name: lines for path, lines in lengths.items() if lines > LONGEST}


REACHING = re.compile(
    r"(aiohttp|asyncore|ftplib|http|httpx|imaplib|multiprocessing|nntplib|poplib|requests|smtplib"
    r"|socket|socketserver|ssl|telnetlib|urllib(?!\.parse)|urllib3|webbrowser|websockets|xmlrpc)(\.|$)"
    r"|PySide6\.Qt(Network|Web|Http|Bluetooth|SerialPort)"
)


def test_only_net_can_open_a_socket(repository: Path) -> None:
    """The guard stands behind this at run time: evaldesk/net/guard.py."""
    found = []
    for path in modules(repository):
        if (repository / "evaldesk" / "net") in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
            else:
                continue
            found += [f"{path}: {name}" for name in names if REACHING.match(name)]
    assert not found


def test_jobs_know_only_the_core_of_qt(repository: Path) -> None:
    for path in (repository / "evaldesk" / "jobs").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6"):
                assert node.module == "PySide6.QtCore", path


@pytest.mark.parametrize("lock", ["run", "dev", "build"])
def test_locks_pin_and_hash_everything(repository: Path, lock: str) -> None:
    text = (repository / "packaging" / "requirements" / f"{lock}.txt").read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", text) if entry.strip()]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==[^ ]+ ", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


def test_locks_hold_what_the_project_asks_for(repository: Path) -> None:
    import tomllib

    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    for lock, wanted in (
        ("run", project["dependencies"]),
        ("dev", project["dependencies"] + project["optional-dependencies"]["dev"]),
    ):
        text = (repository / "packaging" / "requirements" / f"{lock}.txt").read_text("utf-8")
        locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
        names = {re.split(r"[=<>; ]", item)[0].lower().replace(".", "-") for item in wanted}
        assert names <= locked, f"{lock}.txt is older than pyproject.toml: run packaging/lock"
