"""Files made to do harm, each by hand: what a person is told, and that nothing is left behind."""

import gzip
import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from evaldesk.domain.errors import EvalDeskError, InputError
from evaldesk.importers import source as source_module
from evaldesk.importers.archive import sources_of
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.registry import TRACE_FORMATS, detect
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.projects.opening import create_project
from tests.fuzz.corpus import seeds

GOOD = b'{"question": "q", "answer": "a"}\n'


class Zeros(io.RawIOBase):
    """A file of one line as long as wanted, which is nowhere."""

    def __init__(self, length: int) -> None:
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        count = min(len(buffer), self._left)
        buffer[:count] = b"0" * count
        self._left -= count
        return count


@pytest.fixture
def project(tmp_path: Path):
    with create_project(tmp_path / "p.evaldesk") as made:
        yield made


def refused(project, path: Path, said: str, **options) -> None:
    """The import names the file, says why, and leaves the project as it was."""
    with pytest.raises(EvalDeskError, match=said) as told:
        import_files(project, [path], TraceImport(**options))
    assert path.name in str(told.value)
    info = project.info()
    assert (info.traces, info.scenarios, info.runs) == (0, 0, 0)


def zip_of(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data)
    return path


def test_zip_bomb(tmp_path, project):
    refused(project, zip_of(tmp_path / "x.zip", ("a.jsonl", bytes(80 << 20))), "bomb")


def test_zip_bomb_that_lies_about_its_size(tmp_path, project):
    path = zip_of(tmp_path / "x.zip", ("a.jsonl", b" " * (80 << 20)))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    refused(project, path, "could not be read|known|holds")


def test_bomb_inside_of_a_log(tmp_path, project):
    members = [("header.json", b'{"version": 2, "status": "success", "eval": {"task": "t", '
                               b'"model": "m"}}'),
               ("samples/a_epoch_1.json", bytes(80 << 20))]  # fmt: skip
    refused(project, zip_of(tmp_path / "x.eval", *members), "bomb")


def test_zip_with_names_that_climb(tmp_path, project):
    outside = tmp_path.parent / "up.jsonl"
    refused(project, zip_of(tmp_path / "x.zip", ("../up.jsonl", GOOD)), "points out of the archive")
    assert not outside.exists()


def test_gzip_bomb_of_one_line(tmp_path, project):
    path = tmp_path / "x.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(100):
            file.write(b"0" * (1 << 20))
    refused(project, path, "bomb|not JSON")


def test_a_line_of_a_gigabyte(tmp_path, monkeypatch):
    path = tmp_path / "x.jsonl"
    path.write_bytes(GOOD)
    monkeypatch.setattr(source_module, "MAX_RECORD_BYTES", 1 << 20)
    source = source_module.Source(path)
    long = lambda: io.BufferedReader(Zeros(1 << 30))  # noqa: E731
    monkeypatch.setattr(source, "_open_raw", long)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="line 1: The line is longer than 1 MB"):
            list(source.lines())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 << 20


def test_a_line_of_a_gigabyte_that_is_one_record(tmp_path, monkeypatch):
    from evaldesk.importers import json_stream

    path = tmp_path / "x.json"
    path.write_bytes(b"[")
    monkeypatch.setattr(json_stream, "MAX_RECORD_BYTES", 1 << 20)
    source = source_module.Source(path)
    monkeypatch.setattr(source, "_open_raw", lambda: io.BufferedReader(_Quoted(1 << 30)))
    tracemalloc.start()
    try:
        with json_stream.JsonReader(source) as reader:
            with pytest.raises(InputError, match="longer than 1 MB"):
                list(reader.array())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 << 20


class _Quoted(Zeros):
    """The beginning of an array with a text that does not end."""

    def readinto(self, buffer) -> int:
        first = not hasattr(self, "begun")
        self.begun = True
        count = super().readinto(buffer)
        if first:
            buffer[:2] = b'["'
        return count


@pytest.mark.parametrize("depth", [300, 10_000])
@pytest.mark.parametrize("shape", ["[", '{"a":'], ids=["lists", "objects"])
def test_what_nests_too_deep(tmp_path, project, shape, depth):
    closing = {"[": "]", '{"a":': "}"}[shape]
    deep = shape * depth + "1" + closing * depth
    path = tmp_path / "x.jsonl"
    path.write_text(GOOD.decode() + f'{{"question": {deep}, "answer": "a"}}\n', encoding="utf-8")
    refused(project, path, "nests too deep")
    whole = tmp_path / "y.json"
    whole.write_text(f'[{{"question": "q", "answer": {deep}}}]', encoding="utf-8")
    refused(project, whole, "nests too deep")
    (done,) = import_files(project, [path], TraceImport(skip_bad=True))
    assert done.traces == 1
    assert "too deep" in done.skipped[0].reason


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (GOOD + b'{"question": "\xff", "answer": "a"}\n', "UTF-8"),
        (b"\xff\xfe" + "x,y\n1,2\n".encode("utf-16-be"), "known|column|holds|text"),
        (bytes(1000), "known|not text"),
        (b'{"question": "q"}\x00\x00\x00{', "known|JSON|column"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04", "archive"),
        (b"PAR1", "Parquet|known"),
        (b"", "empty"),
        (b" \n\n", "white space|empty|records"),
    ],
    ids=[
        *("latin-1", "swapped", "zeros", "nul"),
        *("gzip", "zip", "parquet", "empty", "blank"),
    ],
)  # fmt: skip
def test_wrong_bytes(tmp_path, project, data, said):
    path = tmp_path / "x.json"
    path.write_bytes(data)
    refused(project, path, said)


def test_nan_nul_and_lone_halves_come_in_as_what_can_be_stored(tmp_path, project):
    path = tmp_path / "x.jsonl"
    path.write_bytes(
        b'{"question": "a\\u0000b \\ud800", "answer": "x\\udfffy", "score": NaN, '
        b'"latency_ms": Infinity}\n'
        b'{"question": "c", "answer": "d", "score": 0.5, "latency_ms": 1e999}\n'
    )
    (done,) = import_files(project, [path])
    assert done.traces == 2
    assert done.scores == 1
    path.rename(tmp_path / "again.jsonl")


def test_ids_that_are_there_twice(tmp_path, project):
    row = {"id": "1", "question": "q", "answer": "a"}
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps({**row, "answer": str(n)}) + "\n" for n in range(3)))
    (done,) = import_files(project, [path])
    assert (done.traces, done.scenarios) == (3, 1)
    assert "trials" in " ".join(note.message for note in done.notes)


@pytest.mark.parametrize("format", [item.name for item in TRACE_FORMATS])
def test_every_format_refuses_a_cut_off_file_as_a_whole(tmp_path, project, format):
    """All or nothing, whichever importer reads it: a file that breaks off in its last record."""
    seed = next(seed for seed in seeds() if seed.format == format)
    path = tmp_path / seed.name
    path.write_bytes(seed.data[: -max(3, len(seed.data) // 20)])
    try:
        (source,) = sources_of(path).sources
        list(detect(source).read(source, ImportOptions()))
    except InputError:
        refused(project, path, ".")
    else:
        assert seed.format == "csv"  # which may end anywhere


def workbook(path: Path, reference: str, sheet: str = "xl/worksheets/sheet1.xml") -> Path:
    """A workbook of which one cell says that it stands somewhere else."""
    from openpyxl import Workbook

    book = Workbook()
    for row in (("question", "answer"), ("q", "a")):
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    cells = members.pop("xl/worksheets/sheet1.xml")
    members[sheet] = cells.replace(b'r="B2"', f'r="{reference}"'.encode())
    relations = members["xl/_rels/workbook.xml.rels"]
    members["xl/_rels/workbook.xml.rels"] = relations.replace(
        b"worksheets/sheet1.xml", sheet.removeprefix("xl/").encode()
    )
    return zip_of(path, *members.items())


@pytest.mark.parametrize("reference", ["Jnull2", "XFE2", "B99999999", "ZZZ900000"])
@pytest.mark.parametrize("sheet", ["xl/worksheets/sheet1.xml", "xl/elsewhere.xml"])
def test_a_cell_far_out(tmp_path, project, reference, sheet):
    refused(project, workbook(tmp_path / "x.xlsx", reference, sheet), "reaches over")


def test_a_cell_not_so_far_out(tmp_path, project):
    (done,) = import_files(project, [workbook(tmp_path / "x.xlsx", "B2000")])
    assert done.traces == 2


READ = """
import sys
from evaldesk.domain.errors import InputError
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.registry import detect
from evaldesk.importers.source import Source

source = Source(sys.argv[1])
try:
    list(detect(source).read(source, ImportOptions()))
except InputError as error:
    print(error.reason)
"""


def test_a_damaged_description_of_parquet_does_not_end_the_program(tmp_path, repository):
    """In a process of its own: what pyarrow throws past Python ends it. The file is one of ours
    with two bytes changed by the fuzz run.
    """
    packed = repository / "tests" / "data" / "damaged.parquet.gz"
    path = tmp_path / "x.parquet"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    ran = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        capture_output=True,
        text=True,
        cwd=repository,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "cannot be read" in ran.stdout
