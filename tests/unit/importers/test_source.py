"""Files are hashed, unpacked within bounds, and decoded; what is wrong is told with its place."""

import gzip
import hashlib
import zlib

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.importers import source as source_module
from evaldesk.importers.source import Source, run_name


def content(path) -> bytes:
    with Source(path).open_utf8() as stream:
        return stream.read()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.json.gz", "a"),
        ("gpt-4.1.jsonl", "gpt-4.1"),
        ("2025_claude.zstd.eval", "2025_claude.zstd"),
        ("TABLE.CSV", "TABLE"),
        ("x.csv.txt.gz", "x"),
        (".json", ".json"),
        ("no-ending", "no-ending"),
        ("run.v2", "run.v2"),
    ],
)
def test_a_run_is_named_after_its_file(file: str, name: str):
    assert run_name(file) == name


def test_the_hash_is_of_the_bytes_on_disk(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"x" * 5_000_000))
    assert Source(path).sha256() == hashlib.sha256(path.read_bytes()).hexdigest()


def test_gzip_is_known_by_its_magic_not_its_name(tmp_path):
    path = tmp_path / "plain.json"
    path.write_bytes(gzip.compress(b"[1]"))
    assert content(path) == b"[1]"
    other = tmp_path / "not.gz"
    other.write_bytes(b"[2]")
    assert content(other) == b"[2]"


def test_a_cut_off_gzip_file_is_told(tmp_path):
    path = tmp_path / "a.json.gz"
    whole = gzip.compress(bytes(range(256)) * 1000)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"a\.json\.gz: The gzip file is cut off"):
        content(path)


def test_a_damaged_gzip_file_is_told(tmp_path):
    path = tmp_path / "a.json.gz"
    data = bytearray(gzip.compress(b"hello world" * 1000))
    data[-6] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        content(path)


def test_a_gzip_bomb_stops(tmp_path, monkeypatch):
    monkeypatch.setattr(source_module, "RATIO_FREE_BYTES", 1 << 20)
    path = tmp_path / "bomb.json.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(8):
            file.write(bytes(1 << 20))
    with pytest.raises(InputError, match="bomb"):
        content(path)


def test_a_well_compressed_log_is_no_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(source_module, "RATIO_FREE_BYTES", 1 << 16)
    path = tmp_path / "log.jsonl.gz"
    lines = b"".join(b'{"id": %d, "text": "%s"}\n' % (i, b"word " * 40) for i in range(5000))
    path.write_bytes(gzip.compress(lines))
    assert len(lines) / path.stat().st_size > 20
    assert content(path) == lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_files_are_read(tmp_path, encoding: str):
    path = tmp_path / "a.csv"
    path.write_bytes('id,text\n1,"grüße 😀"\n'.encode(encoding))
    assert content(path).decode() == 'id,text\n1,"grüße 😀"\n'


def test_a_byte_that_is_not_utf8_is_named(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("id,text\n1,ok\n2,gr\xfc\xdfe\n".encode("latin-1"))
    with pytest.raises(InputError) as caught, Source(path).open_text() as text:
        text.read()
    assert caught.value.record == "line 3"
    assert "Byte 18 (0xFC)" in caught.value.message
    assert "UTF-8" in caught.value.hint


def test_folders_and_missing_files(tmp_path):
    with pytest.raises(InputError, match="folder"):
        Source(tmp_path)
    with pytest.raises(InputError, match=r"nothing\.json"):
        Source(tmp_path / "nothing.json")


def test_lines_are_numbered_as_an_editor_does(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf1\r\n\r\n \n2")
    assert [number for number, _ in Source(path).lines()] == [1, 4]


def test_a_line_without_end_stops(tmp_path, monkeypatch):
    monkeypatch.setattr(source_module, "MAX_RECORD_BYTES", 1000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1\n" + b"x" * 5000)
    with pytest.raises(InputError) as caught:
        list(Source(path).lines())
    assert caught.value.record == "line 2"


def test_position_goes_from_0_to_1(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": "%s"}\n' % zlib.compress(b"x").hex().encode() * 200_000)
    source = Source(path)
    seen = []
    for number, _ in source.lines():
        if number % 20_000 == 0:
            seen.append(source.position())
    assert seen == sorted(seen)
    assert 0 < seen[0] < 0.5
    assert seen[-1] == 1
