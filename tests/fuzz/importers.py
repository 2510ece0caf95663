"""Fuzz every importer: ``python -m tests.fuzz.importers --inputs 100000 --seed 1``.

Sound files of every format, real ones (``EVALDESK_SHARED_DATA``) among them, are made unsound and
read; a share goes whole into a project, and a share is made by Hypothesis. Each child process has a
bound on its memory and each input one on its time. What is found is written to ``--keep``: the
input, and what it raised. Exit code 1 where anything was found.
"""

import argparse
import importlib
import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.corpus import Seed, seeds
from tests.fuzz.mutations import mutated
from tests.fuzz.trial import import_whole, read_in_every_way

MEMORY_BYTES = 3 << 30
"""Address space of a child; the program alone with its libraries takes half of that."""

_PATIENCE = 30
"""How much longer than its bound in processor time an input may take by the clock."""

_PROJECT_EVERY = 25
_NEW_PROJECT_AFTER = 100
_HYPOTHESIS_SHARE = 0.05
_BATCH = 500
_NEEDED = (
    *(
        "evaldesk.services.importing.traces",
        "evaldesk.services.projects.opening",
        "pyarrow.parquet",
    ),
    *("python_calamine", "yaml", "openpyxl", "hypothesis", "tests.unit.importers.test_mutations"),
)
_ROOT = Path(__file__).resolve().parents[2]


class Hang(Exception):
    """An input took longer than its bound."""


def main() -> int:
    """Run, print a summary as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=10.0, help="of a processor, for one input")
    parser.add_argument("--keep", type=Path, default=None, help="folder for what is found")
    parser.add_argument("--real", type=Path, default=_real_files())
    options = parser.parse_args()
    keep = options.keep or Path(tempfile.mkdtemp(prefix="evaldesk-fuzz-"))
    keep.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    _corpus(options.real)
    for module in _NEEDED:
        importlib.import_module(module)  # once, and not again in each child
    outcome: Counter[str] = Counter()
    found: dict[str, dict[str, Any]] = {}
    peak = 0
    batches = [
        (options.seed, start, min(_BATCH, options.inputs - start), options.seconds, options.real)
        for start in range(0, options.inputs, _BATCH)
    ]
    for report in _children(batches, options.jobs, options.seconds, keep):
        outcome.update(report["outcome"])
        peak = max(peak, report["peak"])
        for finding in report["found"]:
            known = found.setdefault(finding["what"], {**finding, "times": 0})
            if not known["times"]:
                stem = f"{len(found):03}"
                (keep / f"{stem}.txt").write_text(finding["trace"], encoding="utf-8")
                if finding["data"] is not None:
                    (keep / f"{stem}-{finding['name'].strip('.') or 'a'}").write_bytes(
                        finding["data"]
                    )
                print(f"{stem} {finding['what']}", file=sys.stderr, flush=True)
            known["times"] += 1
    summary = {
        "inputs": outcome["inputs"],
        "seed": options.seed,
        "seconds": round(time.monotonic() - begun, 1),
        "peak_mb": peak >> 10,
        "outcome": dict(sorted(outcome.items())),
        "found": {what: item["times"] for what, item in found.items()},
        "kept": str(keep) if found else None,
    }
    print(json.dumps(summary, indent=1))
    return 1 if found else 0


def _real_files() -> Path | None:
    named = os.environ.get("EVALDESK_SHARED_DATA")
    folder = Path(named) if named else _ROOT.parent / "shared" / "data"
    return folder if (folder / "MANIFEST.json").is_file() else None


def _children(batches: list[Any], jobs: int, seconds: float, keep: Path) -> Any:
    """Reports of batches, each from a child of its own, which may die or be stopped."""
    context = multiprocessing.get_context("fork")
    waiting = list(reversed(batches))
    running: list[tuple[Any, Any, Any, Path, float]] = []
    with tempfile.TemporaryDirectory(prefix="evaldesk-fuzz-") as folder:
        while waiting or running:
            while waiting and len(running) < jobs:
                batch = waiting.pop()
                work = Path(folder) / f"batch-{batch[1]}"
                work.mkdir()
                ours, theirs = context.Pipe(duplex=False)
                child = context.Process(target=_child, args=(theirs, work, *batch))
                child.start()
                theirs.close()
                running.append((child, ours, batch, work, time.monotonic()))
            for item in list(running):
                child, ours, batch, work, begun = item
                report = None
                if ours.poll(0.05):
                    try:
                        report = ours.recv()
                    except EOFError:
                        report = _died(work, f"died with exit code {_code(child)}")
                elif time.monotonic() - _last_sign(work, begun) > _PATIENCE * seconds:
                    child.kill()
                    report = _died(work, "hung beyond the reach of a signal")
                if report is not None:
                    child.join()
                    ours.close()
                    running.remove(item)
                    done = report["outcome"]["inputs"]
                    if report["lost"] and done < batch[2]:
                        seed, start, count, *rest = batch
                        waiting.append((seed, start + done, count - done, *rest))
                    yield report


def _code(child: Any) -> Any:
    child.join(5)
    return child.exitcode


def _last_sign(work: Path, begun: float) -> float:
    try:
        passed = time.time() - (work / "at").stat().st_mtime
    except OSError:
        return begun
    return time.monotonic() - passed


def _died(work: Path, what: str) -> dict[str, Any]:
    at = (work / "at").read_text().split("\n") if (work / "at").exists() else ["0", ""]
    path = work / at[1]
    data = path.read_bytes() if at[1] and path.is_file() else None
    finding = {"what": what, "name": at[1], "data": data, "trace": what}
    return {
        "outcome": Counter(inputs=int(at[0]) + 1), "found": [finding], "peak": 0, "lost": True
    }  # fmt: skip


def _child(
    pipe: Any, work: Path, seed: int, start: int, count: int, seconds: float, real: Path | None
) -> None:
    warnings.simplefilter("ignore", ResourceWarning)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _hang)
    for name in ("EVALDESK_CONFIG_DIR", "EVALDESK_DATA_DIR"):
        os.environ[name] = str(work)
    trial = _Trials(work, seconds)
    corpus = _corpus(real)
    by_hypothesis = random.Random(f"{seed} {start}").random() < _HYPOTHESIS_SHARE
    if by_hypothesis:
        _by_hypothesis(trial, corpus, seed + start, count)
    else:
        for number in range(start, start + count):
            rng = random.Random(f"{seed} {number}")
            name, data = mutated(corpus, rng)
            trial.run(number - start, name, data, rng)
    trial.outcome["inputs"] = count
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send({"outcome": trial.outcome, "found": trial.found, "peak": peak, "lost": False})
    pipe.close()
    trial.close()


_CORPUS: dict[Path | None, list[Seed]] = {}


def _corpus(real: Path | None) -> list[Seed]:
    if real not in _CORPUS:
        _CORPUS[real] = seeds(real)
    return _CORPUS[real]


def _hang(_: int, frame: FrameType | None) -> None:
    raise Hang("it took too long")


class _Trials:
    """Runs inputs one by one and keeps what goes wrong."""

    def __init__(self, work: Path, seconds: float) -> None:
        self.outcome: Counter[str] = Counter()
        self.found: list[dict[str, Any]] = []
        self._work = work
        self._seconds = seconds
        self._project: Any = None
        self._imports = 0

    def run(self, number: int, name: str, data: bytes, rng: random.Random) -> None:
        """One input, within its time."""
        (self._work / "at").write_text(f"{number}\n{name}")
        path = self._work / name
        path.write_bytes(data)
        signal.setitimer(signal.ITIMER_PROF, self._seconds)
        try:
            read_in_every_way(path, rng, self.outcome)
            if rng.random() * _PROJECT_EVERY < 1:
                import_whole(path, self._opened(), rng, self.outcome)
        except BaseException as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._keep(error, name, data)
            self.close()  # whatever state it is in
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the project."""
        if self._project is not None:
            try:
                self._project.close()
            except Exception:  # after a fault in the middle of something
                pass
            self._project = None
        self._imports = 0

    def _opened(self) -> Any:
        from evaldesk.services.projects.opening import create_project

        self._imports += 1
        if self._project is None or self._imports > _NEW_PROJECT_AFTER:
            self.close()
            held = tempfile.mkdtemp(dir=self._work)
            self._project = create_project(Path(held) / "p.evaldesk")
        return self._project

    def _keep(self, error: BaseException, name: str, data: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "/evaldesk/" in frame.filename]
        last = own[-1] if own else frames[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        said = str(error)[:80] if type(error).__name__ == "Wrong" else ""
        what = f"{type(error).__name__} at {place} {said}".strip()
        trace = "".join(traceback.format_exception(error))[-20_000:]
        self.found.append({"what": what, "name": name, "data": data, "trace": trace})


def _by_hypothesis(trial: _Trials, corpus: list[Seed], seed: int, count: int) -> None:
    """Values of the whole JSON range put into sound documents, as Hypothesis draws them."""
    import hypothesis
    from hypothesis import strategies as st

    from tests.fuzz.corpus import written
    from tests.unit.importers.test_mutations import VALUES, places, replaced

    documents = [item for item in corpus if item.value is not None and len(item.data) < 6000]
    rng = random.Random(seed)
    number = -1

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.data())
    def each(data: st.DataObject) -> None:
        nonlocal number
        number += 1
        item = data.draw(st.sampled_from(documents))
        value = item.value
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.sampled_from(list(places(value))))
            value = replaced(value, place, data.draw(VALUES))
        made = written(value, lines=item.lines and isinstance(value, list))
        trial.run(number, item.name, made, rng)

    each()


if __name__ == "__main__":
    raise SystemExit(main())
