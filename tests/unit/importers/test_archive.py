"""ZIP archives: read through as if each file had been given, within bounds, never onto a disk."""

import gzip
import io
import json
import struct
import zipfile

import pytest
from backports.zstd import zipfile as zstd_zip

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import Skipped
from evaldesk.domain.trace import TraceRecord
from evaldesk.importers import archive
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.registry import detect
from tests.unit.importers.test_inspect import HEADER, SAMPLE

LINES = b'{"question": "2+2?", "answer": "4"}\n{"question": "3+3?", "answer": "6"}\n'


def packed(path, members, method=zipfile.ZIP_DEFLATED, module=zipfile):
    with module.ZipFile(path, "w", method) as made:
        for name, data in members:
            made.writestr(name, data)
    return path


def eval_log() -> bytes:
    held = io.BytesIO()
    packed(
        held,
        [
            ("header.json", json.dumps(HEADER)),
            ("samples/a_epoch_1.json", json.dumps(SAMPLE)),
        ],
    )
    return held.getvalue()


def read(source):
    return list(detect(source).read(source, ImportOptions()))


def test_each_member_is_read_as_if_it_had_been_given(tmp_path):
    path = packed(
        tmp_path / "logs.zip",
        [
            ("runs/a.jsonl", LINES),
            ("runs/b.jsonl.gz", gzip.compress(LINES)),
            ("c.csv", b"question,answer\nx,y\n"),
            ("log.eval", eval_log()),
            ("README.md", b"# words, and more"),
            ("__MACOSX/runs/._a.jsonl", b"\x00\x05"),
        ],
    )
    opened = archive.sources_of(path)
    assert [source.name for source in opened.sources] == ["a", "b", "c", "log"]
    assert opened.sources[0].shown == f"{path}/runs/a.jsonl"
    assert [detect(source).name for source in opened.sources] == [
        "jsonl",
        "jsonl",
        "csv",
        "inspect",
    ]
    counts = [
        sum(isinstance(item, TraceRecord) for item in read(source)) for source in opened.sources
    ]
    assert counts == [2, 2, 1, 1]
    assert opened.ignored == ("README.md",)
    assert "README.md" in opened.note
    plain = tmp_path / "a.jsonl"
    plain.write_bytes(LINES)
    assert opened.sources[0].sha256() == archive.source_at(plain).sha256()


def test_members_of_one_name_in_several_folders_are_told_apart(tmp_path):
    path = packed(tmp_path / "x.zip", [("a/r.jsonl", LINES), ("b/r.jsonl", LINES)])
    assert [source.name for source in archive.sources_of(path).sources] == ["a/r", "b/r"]


@pytest.mark.parametrize("method", [zstd_zip.ZIP_ZSTANDARD, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_packed_in_other_ways(tmp_path, method):
    path = packed(tmp_path / "x.zip", [("a.jsonl", LINES)], method, zstd_zip)
    (source,) = archive.sources_of(path).sources
    assert len(read(source)) > 2


def test_a_member_can_be_named(tmp_path):
    path = packed(tmp_path / "x.zip", [("a/r.jsonl", LINES), ("b.csv", b"input,output\n1,2\n")])
    assert archive.source_at(path / "a" / "r.jsonl").name == "r"
    assert archive.source_at(path / "b.csv").name == "b"
    with pytest.raises(InputError, match="no file of data called"):
        archive.source_at(path / "c.csv")


def test_logs_and_workbooks_stay_what_they_are(tmp_path):
    path = tmp_path / "one.zip"  # by its content, whatever it is called
    path.write_bytes(eval_log())
    (source,) = archive.sources_of(path).sources
    assert type(source) is archive.Source
    assert detect(source).name == "inspect"


def test_nothing_is_written_to_a_disk(tmp_path, monkeypatch):
    path = packed(tmp_path / "x.zip", [("a.jsonl", LINES), ("log.eval", eval_log())])
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("tempfile.mkstemp", None)
    for source in archive.sources_of(path).sources:
        assert read(source)
        assert not source.path.exists()
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "name",
    [
        "../../up.jsonl",
        "/etc/at.jsonl",
        "a/../../b.jsonl",
        "C:\\x.jsonl",
        "..\\up.jsonl",
        "//s/x.csv",
    ],
)
def test_names_that_climb_out_are_refused(tmp_path, name):
    path = packed(tmp_path / "x.zip", [("ok.jsonl", LINES), (name, LINES)])
    with pytest.raises(InputError, match="points out of the archive"):
        archive.sources_of(path)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("a.jsonl", LINES), ("inner.zip", b"PK\x03\x04")], "archive inside of an archive"),
        ([("a.jsonl", LINES), ("inner.tar.gz", b"")], "archive inside of an archive"),
        ([("README.md", b"x")], "holds no files of data"),
        ([], "holds no files of data"),
    ],
    ids=["zip", "tar", "none", "empty"],
)
def test_what_is_not_read_through_is_told(tmp_path, members, said):
    path = packed(tmp_path / "x.zip", members)
    with pytest.raises(InputError, match=said):
        archive.sources_of(path)


def test_two_members_of_one_name_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = packed(tmp_path / "x.zip", [("a.jsonl", LINES), ("a.jsonl", LINES)])
    with pytest.raises(InputError, match="Two members"):
        archive.sources_of(path)


def test_encrypted_members_are_refused(tmp_path):
    data = bytearray(packed(tmp_path / "x.zip", [("a.jsonl", LINES)]).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(InputError, match="encrypted"):
        archive.sources_of(tmp_path / "x.zip")


def test_bombs_are_refused_before_anything_is_unpacked(tmp_path):
    path = packed(tmp_path / "x.zip", [("a.jsonl", b"0" * (80 << 20))])
    with pytest.raises(InputError, match="decompression bomb"):
        archive.sources_of(path)


def test_gzip_in_zip_does_not_multiply(tmp_path):
    inner = gzip.compress(b"0" * (80 << 20))
    path = packed(tmp_path / "x.zip", [("a.jsonl.gz", inner)])
    (source,) = archive.sources_of(path).sources
    with pytest.raises(InputError, match="decompression bomb"):
        list(source.lines())


def test_too_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    path = packed(tmp_path / "x.zip", [(f"{n}.jsonl", LINES) for n in range(3)])
    with pytest.raises(InputError, match="holds 3 files"):
        archive.sources_of(path)


def test_a_list_of_members_that_would_fill_memory(tmp_path):
    path = packed(tmp_path / "x.zip", [("a.jsonl", LINES)])
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.rindex(b"PK\x05\x06") + 12, 100 << 20)
    path.write_bytes(bytes(40 << 20) + data)
    source = archive.Source(path)
    with pytest.raises(InputError, match="list of members"):
        archive.open_zip(source)


def test_damage_is_told(tmp_path):
    path = packed(tmp_path / "x.zip", [("a.jsonl", LINES * 100)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="could not be opened"):
        archive.sources_of(path)
    broken = bytearray(whole)
    broken[45] ^= 0xFF
    path.write_bytes(broken)
    (source,) = archive.sources_of(path).sources
    with pytest.raises(InputError, match=r"x.zip/a.jsonl.*could not be read"):
        list(source.lines())


def test_a_member_too_large_to_hold(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_HELD_BYTES", 10)
    path = packed(tmp_path / "x.zip", [("log.eval", eval_log())])
    (source,) = archive.sources_of(path).sources
    with pytest.raises(InputError, match="inside of an archive up to"):
        read(source)


def test_an_archive_goes_into_a_project_file_by_file(tmp_path):
    from evaldesk.services.importing.traces import TraceImport, import_files
    from evaldesk.services.projects.opening import create_project

    path = packed(
        tmp_path / "x.zip", [("a.jsonl", LINES), ("b.json", b'{"k": 1}'), ("c.txt", b"words")]
    )
    with create_project(tmp_path / "p.evaldesk", name="p") as project:
        with pytest.raises(InputError, match=r"x.zip/b.json"):
            import_files(project, [path])
        (result,) = import_files(project, [path], TraceImport(skip_bad=True))
        assert result.path == f"{path}/a.jsonl"
        assert result.runs == ("a",)
        assert result.traces == 2
        assert "c.txt" in result.notes[0].message
        (bad,) = result.skipped
        assert isinstance(bad, Skipped)
        assert bad.record == f"{path}/b.json"
