"""A few hundred of the inputs that ``python -m tests.fuzz.importers`` makes, always the same."""

import random
from collections import Counter
from pathlib import Path

import pytest

from evaldesk.importers.registry import TRACE_FORMATS, detect
from evaldesk.importers.source import Source
from evaldesk.services.projects.opening import create_project
from tests.fuzz.corpus import seeds
from tests.fuzz.mutations import mutated
from tests.fuzz.trial import import_whole, read_in_every_way

INPUTS = 300
IMPORTED = 40
PARTS = 4


def test_every_format_has_a_sound_file_to_begin_with(tmp_path: Path):
    corpus = seeds()
    assert {seed.format for seed in corpus} >= {format.name for format in TRACE_FORMATS}
    for seed in corpus:
        path = tmp_path / seed.name
        path.write_bytes(seed.data)
        assert detect(Source(path)).name == seed.format, seed.name
        outcome: Counter[str] = Counter()
        read_in_every_way(path, random.Random(seed.name), outcome)
        assert outcome["read"] == 1, seed.name


@pytest.mark.parametrize("part", range(PARTS))
def test_unsound_files_are_read_or_refused_in_words(part: int, tmp_path: Path):
    corpus = seeds()
    outcome: Counter[str] = Counter()
    for number in range(part, INPUTS, PARTS):
        rng = random.Random(f"suite {number}")
        name, data = mutated(corpus, rng)
        path = tmp_path / name
        path.write_bytes(data)
        read_in_every_way(path, rng, outcome)
        path.unlink()
    # Were all refused alike, nothing much would have been tried.
    assert outcome["read"] > 10
    assert outcome["refused"] > 10


def test_unsound_files_go_into_a_project_whole_or_not_at_all(tmp_path: Path):
    corpus = seeds()
    outcome: Counter[str] = Counter()
    with create_project(tmp_path / "p.evaldesk") as project:
        for number in range(IMPORTED):
            rng = random.Random(f"project {number}")
            name, data = mutated(corpus, rng)
            path = tmp_path / name
            path.write_bytes(data)
            import_whole(path, project, rng, outcome)
            path.unlink()
    assert outcome["imported"] > 5
    assert outcome["import refused"] > 5


@pytest.mark.real
def test_real_files_made_unsound(shared_data: Path, tmp_path: Path):
    corpus = seeds(shared_data)
    outcome: Counter[str] = Counter()
    for number in range(100):
        rng = random.Random(f"real {number}")
        name, data = mutated(corpus, rng)
        path = tmp_path / name
        path.write_bytes(data)
        read_in_every_way(path, rng, outcome)
        path.unlink()
    assert outcome["read"] > 10
