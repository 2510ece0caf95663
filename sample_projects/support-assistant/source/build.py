"""Builds the files of the sample project from the sources in this folder.

    python sample_projects/support-assistant/source/build.py [--check]

The conversations, the raters' words and the rulings are written by hand in ``*.txt``; what a
machine would have written (ids, timings, token counts, the rows of the ratings table) is made
here. The same sources always give the same bytes. ``--check`` writes nothing and exits with 1
where what is there differs.
"""

import csv
import io
import json
import sys
from typing import Any

from cases import HERE, read_cases
from ratings import COLUMNS, build_ratings, build_rulings
from traces import build_traces


def contents() -> dict[str, str]:
    """File name → text."""
    cases = read_cases()
    files = {
        f"{run}.jsonl": "".join(_line(trace) for trace in traces)
        for run, traces in build_traces(cases).items()
    }
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(build_ratings(cases))
    files["ratings.csv"] = table.getvalue()
    files["rulings.json"] = (
        json.dumps(build_rulings(cases), ensure_ascii=False, indent=2, sort_keys=False) + "\n"
    )
    return files


def _line(trace: dict[str, Any]) -> str:
    return json.dumps(trace, ensure_ascii=False, separators=(",", ":")) + "\n"


def main() -> int:
    """Write the files, or check them."""
    different = []
    for name, text in contents().items():
        path = HERE.parent / name
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        different.append(name)
        if "--check" not in sys.argv[1:]:
            path.write_text(text, "utf-8", newline="\n")
    print("\n".join(different) or "nothing changed")
    return 1 if different and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
