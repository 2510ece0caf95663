"""``demo``, ``screenshots`` and ``self-test``: what may draw a window."""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from evaldesk.cli.command import Command, Context, Desktop, Outcome
from evaldesk.domain.errors import UsageError

_SIZE = re.compile(r"(\d{3,4})x(\d{3,4})")


def _desktop(context: Context) -> Desktop:
    if context.desktop is None:
        raise UsageError("This command needs the desktop part of the program.")
    return context.desktop


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--headless", action="store_true", help="no window: do the whole job, keep its results"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the results go")


def _demo(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.projects.demo import build_sample, sample_copy, whole_job

    desktop = _desktop(context)
    if not args.headless:
        path = sample_copy() if args.out is None else args.out / "support-assistant.evaldesk"
        if not path.exists():
            build_sample(path)
        code = desktop.open(path)
        return Outcome({"project": str(path)}, f"The sample project is {path}.", code)
    folder = args.out or Path("evaldesk-demo")
    result = whole_job(folder, context.tell)
    context.tell("Drawing the screens …")
    pictures: list[Path] = []
    for theme in ("light", "dark"):
        pictures += desktop.capture(
            Path(result["project"]), folder / "screenshots", theme, (1440, 900)
        )
    data: dict[str, Any] = {
        **result,
        "report": None,
        "pack": None,
        "pictures": [str(path) for path in pictures],
    }
    lines = [
        "The sample project went through the whole job:",
        f"  project      {data['project']}",
        f"  workbook     {data['workbook']}",
        f"  screenshots  {folder / 'screenshots'} ({len(pictures)} pictures, charts among them)",
        "",
        *result["findings"],
    ]
    return Outcome(data, "\n".join(lines))


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError("expected WIDTHxHEIGHT, such as 1440x900")
    return int(match.group(1)), int(match.group(2))


def _screenshots_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="where the pictures go")
    parser.add_argument("--theme", choices=("light", "dark"), help="only this one")
    parser.add_argument(
        "--size", type=_size, default=(1440, 900), metavar="WxH", help="of the pictures, in pixels"
    )
    parser.add_argument(
        "--scale",
        type=float,
        choices=(1.0, 1.25, 1.5, 2.0),
        default=1.0,
        help="as a screen of that scaling shows them",
    )
    parser.add_argument(
        "--project", type=Path, metavar="PROJECT", help="instead of the sample project"
    )


def _screenshots(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.privacy.redaction import scan
    from evaldesk.services.projects.demo import build_sample
    from evaldesk.storage.project import Project

    desktop = _desktop(context)
    args.folder.mkdir(parents=True, exist_ok=True)
    pictures: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="evaldesk-") as scratch:
        project = args.project
        if project is None:
            project = Path(scratch) / "support-assistant.evaldesk"
            build_sample(project)
            with Project.open(project) as opened:
                scan(opened)  # so that Privacy has something to show
        for theme in (args.theme,) if args.theme else ("light", "dark"):
            pictures += desktop.capture(project, args.folder, theme, args.size, args.scale)
    data = {"pictures": [str(path) for path in pictures]}
    return Outcome(data, "\n".join(map(str, pictures)))


def _no_arguments(_: argparse.ArgumentParser) -> None:
    pass


def _self_test(_: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.projects.demo import check_project

    checks = [("project", *check_project()), *_desktop(context).checks()]
    # Without a keyring everything works but remembering a key, and without a font the text is
    # whole and shown as boxes: neither fails the test.
    needed = [ok for name, ok, _ in checks if name not in ("keyring", "scripts")]
    ok = all(needed)
    data = {
        "ok": ok,
        "checks": [{"check": name, "ok": fine, "detail": text} for name, fine, text in checks],
        "python": sys.version.split()[0],
        "display": os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"),
    }
    text = "\n".join(f"{'✓' if fine else '✗'} {name}: {detail}" for name, fine, detail in checks)
    return Outcome(data, text, 0 if ok else 1)


COMMANDS = (
    Command(
        "demo",
        "Open the sample project; headless: the whole job on it, and what a person would keep.",
        "evaldesk demo --headless --out demo",
        _demo_arguments,
        _demo,
    ),
    Command(
        "screenshots",
        "Every screen, drawn from the sample project.",
        "evaldesk screenshots pictures --theme dark",
        _screenshots_arguments,
        _screenshots,
    ),
    Command(
        "self-test",
        "Whether window, project, chart and keyring work here, and what is missing.",
        "evaldesk self-test",
        _no_arguments,
        _self_test,
    ),
)
