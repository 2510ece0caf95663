"""Every export at size: rate, size of the file and peak memory, each in a process of its own.

python -m tests.benchmarks.exports --traces 100000
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from evaldesk.domain.query import TraceQuery
from evaldesk.exporters import registry
from evaldesk.services.exporting.files import FileExport, export_file
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.storage.project import Project
from tests.benchmarks.measure import once, peak_megabytes
from tests.benchmarks.store import make_file


def build(folder: Path, traces: int) -> Path:
    """A project of generic traces of about 1.5 KB, one run."""
    source, path = folder / "traces.jsonl", folder / "p.evaldesk"
    make_file(source, traces)
    with Project.create(path) as project:
        import_files(project, [source], TraceImport(run="run"))
    return path


def one(path: Path, name: str, out: Path) -> None:
    """Write one format, and print what it took."""
    export = FileExport(name)
    if isinstance(registry.by_name(name), registry.ValueFormat):
        export = FileExport(name, TraceQuery(run="run"), metric="pass")
    with Project.open(path) as project:
        rows = 0

        def write() -> None:
            nonlocal rows
            rows = export_file(project, out, export, overwrite=True).rows

        begun = time.process_time()
        seconds = once(write)
        worked = time.process_time() - begun
    size = out.stat().st_size / 2**20
    print(
        f"{name:16} {rows:9,} rows in {seconds:6.1f} s ({worked:6.1f} s of one core, "
        f"{rows / worked:7,.0f} a second), {size:7.1f} MB, peak {peak_megabytes():5.0f} MB",
        flush=True,
    )


def main() -> None:
    """Build, and write each format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", type=int, default=100_000)
    parser.add_argument("--one", nargs=3, metavar=("PROJECT", "FORMAT", "OUT"))
    args = parser.parse_args()
    if args.one:
        one(Path(args.one[0]), args.one[1], Path(args.one[2]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = build(folder, args.traces)
        print(f"{args.traces:,} traces, project of {path.stat().st_size / 2**20:.0f} MB")
        for item in registry.FORMATS:
            command = [sys.executable, "-m", "tests.benchmarks.exports"]
            subprocess.run([*command, "--one", path, item.name, folder / "out"], check=True)


if __name__ == "__main__":
    main()
