"""CSV, TSV and workbooks, as people's programs write them."""

import gzip
import zipfile

import openpyxl
import pytest

from evaldesk.domain.errors import InputError
from evaldesk.importers import sheets as sheets_module
from evaldesk.importers.records import Records
from evaldesk.importers.registry import detect
from evaldesk.importers.sheets import sheet_names
from evaldesk.importers.source import Source
from tests.unit.importers.files import notes, read, skipped, traces

QA = {"scenario": "id", "input": "question", "output": "answer"}


def table(path):
    return [values for _, values, _ in Records(Source(path))]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters(tmp_path, mark):
    path = tmp_path / "a.csv"
    path.write_text(mark.join(["id", "question", "answer"]) + "\n" + mark.join("1qa") + "\n")
    assert table(path) == [{"id": "1", "question": "q", "answer": "a"}]


def test_cells_over_several_lines_nul_and_compression(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b'id,question,answer\r\n1,"two\nlines, ""said""",n\x00l\r\n'))
    (trace,) = traces(read(path, QA))
    assert trace.scenario.input == 'two\nlines, "said"'
    assert trace.body["output"] == "n\x00l"
    assert trace.place == "row 2"


def test_bad_rows_are_named_as_a_spreadsheet_counts(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,question,answer\n1,q,a\n2,q,a,more\n3,"q"x,a\n4,q,a\n')
    with pytest.raises(InputError) as caught:
        read(path, QA)
    assert caught.value.record == "row 3"
    assert "4 cells" in caught.value.message
    items = read(path, QA, skip_bad=True)
    assert [t.scenario.key for t in traces(items)] == ["1", "4"]
    assert [item.record for item in skipped(items)] == ["row 3", "row 4"]


def test_a_quote_that_never_closes_does_not_swallow_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,question,answer\n1,q,a\n2,"q,a\n3,q,a\n')
    with pytest.raises(InputError, match="cannot be split") as caught:
        read(path, QA)
    assert caught.value.record == "row 3"


def test_short_rows_are_noted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,question,answer,extra\n1,q,a\n2,q,a,b\n")
    assert "1 rows have fewer cells" in notes(read(path, QA))


def test_headers_that_repeat_or_are_blank(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,,id\n1,2,3\n")
    assert Records(Source(path)).columns == ["id", "column 2", "id (2)"]


def test_quotes_in_tsv(tmp_path):
    raw = tmp_path / "raw.tsv"
    raw.write_text('id\ttext\n1\t"so" he said\n2\t"open\n')
    assert [row["text"] for row in table(raw)] == ['"so" he said', '"open']
    quoted = tmp_path / "quoted.tsv"
    quoted.write_text('id\ttext\n1\t"a\tb"\n2\t"say ""hi"""\n')
    assert [row["text"] for row in table(quoted)] == ["a\tb", 'say "hi"']


@pytest.mark.parametrize(
    "text", ["", "\n\n", "evalId: x-2024\nresults:\n  version: 3\n", "%PDF-1.7\x00\x01\x02\x03\x04"]
)
def test_what_is_no_table(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="format is not known"):
        detect(Source(path))


def workbook(path):
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("data")
    sheet.append(["id", "question", "answer", "ms", "ok"])
    sheet.append([1, "q", "a", 12.5, True])
    sheet.append([None, None, None, None, None])
    sheet.append([2, "=1+1", "b", 3, False])
    other = book.create_sheet("other")
    other.append(["id", "question", "answer"])
    other.append([9, "z", "y"])
    book.save(path)
    return path


def test_a_workbook(tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    assert sheet_names(Source(path)) == ["empty", "data", "other"]
    items = read(path, {**QA, "latency_ms": "ms", "scores": {"ok": "ok"}})
    first, second = traces(items)
    assert (first.scenario.key, first.latency_ms, first.place) == ("1", 12.5, "row 2")
    assert first.scores["ok"].value == 1
    assert second.place == "row 4"
    (chosen,) = traces(read(path, QA, sheet="other"))
    assert chosen.scenario.key == "9"
    with pytest.raises(InputError, match="no sheet “missing”"):
        read(path, QA, sheet="missing")


def test_a_broken_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<nonsense")
    with pytest.raises(InputError, match="workbook could not be"):
        read(path, QA)


def test_a_workbook_that_is_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets_module, "UNPACKED_MAX", 1 << 20)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(2 << 20))
    with pytest.raises(InputError, match="bomb"):
        read(path, QA, format="xlsx")
