import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.exporters.excel.scratch import ScratchBook
from evaldesk.exporters.excel.sheet import (
    MAX_COLUMNS,
    Column,
    Link,
    SheetWriter,
    Undefined,
    interval,
    long_table,
    utc,
)
from evaldesk.exporters.excel.style import Kind
from evaldesk.exporters.excel.text import stored, visible

HOSTILE = [
    "=1+1",
    "=cmd|'/c calc'!A0",
    "+49 30 123",
    "-3 days",
    "@SUM(A1)",
    "\t=1+1",
    "#N/A",
    "#DIV/0!",
    "{=1}",
    '=HYPERLINK("http://example.com","x")',
    "http://example.com/",
    "mailto:a@example.com",
    "TRUE",
    "2026-01-01",
    "007",
    "_x000D_",
    " spaces ",
    "<b>&amp;</b>",
    "]]>",
    "a\nb",
]
KINDS: list[Kind] = ["text", "wrapped", "value", "number", "id", "head", "percent"]


def written(path: Path, rows: Sequence[Sequence[object]], kind: Kind = "text") -> Path:
    book = ScratchBook(path.parent)
    sheet = SheetWriter(book, "Sheet", [10] * 5)
    for row in rows:
        sheet.row(row, [kind] * len(row))
    sheet.close()
    book.save(path)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_text_stays_text_in_every_style(tmp_path: Path, kind: Kind) -> None:
    path = written(tmp_path / "a.xlsx", [[text] for text in HOSTILE], kind)
    cells = [row[0] for row in openpyxl.load_workbook(path)["Sheet"].iter_rows()]
    assert [cell.value for cell in cells] == [stored(text) for text in HOSTILE]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in xml
        assert "<f " not in xml
        assert 't="e"' not in xml
        # A hyperlink that leaves the file would need a relationship.
        assert not [name for name in archive.namelist() if "sheet1.xml.rels" in name]


@settings(max_examples=60)
@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=20))
def test_any_text_reads_back_and_never_as_a_formula(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = written(tmp_path_factory.mktemp("x") / "a.xlsx", [[text] for text in texts])
    cells = [row[0] for row in openpyxl.load_workbook(path)["Sheet"].iter_rows()]
    assert [cell.value for cell in cells] == [stored(visible(text)) for text in texts]
    assert {cell.data_type for cell in cells} == {"s"}
    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert len(rows) == len(texts)
    assert all(isinstance(row[0], str) for row in rows)


def test_a_number_after_a_text_in_the_same_style_is_a_number_again(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", [["=1", 2.5, True, None, "x", 3][:5], [7, "=2", 8, 9, 0]])
    rows = list(openpyxl.load_workbook(path)["Sheet"].iter_rows(values_only=True))
    assert rows == [("=1", 2.5, True, None, "x"), (7, "=2", 8, 9, 0)]


def test_numbers_that_excel_would_change_are_text(tmp_path: Path) -> None:
    rows = [[12345678901234567890, float("nan"), float("inf"), 999_999_999_999_999, -0.5]]
    path = written(tmp_path / "a.xlsx", rows, "number")
    assert list(openpyxl.load_workbook(path)["Sheet"].iter_rows(values_only=True)) == [
        ("12345678901234567890", "nan", "inf", 999_999_999_999_999, -0.5)
    ]


def test_a_date_is_a_date_in_utc(tmp_path: Path) -> None:
    moment = utc("2026-03-01T10:00:11.250+02:00")
    assert moment == datetime(2026, 3, 1, 8, 0, 11, 250_000)
    path = written(tmp_path / "a.xlsx", [[moment, "text", moment]], "date")
    cells: Any = next(openpyxl.load_workbook(path)["Sheet"].iter_rows())
    assert cells[0].is_date
    assert cells[0].value == datetime(2026, 3, 1, 8, 0, 11, 250_000)
    assert cells[0].number_format == "yyyy-mm-dd hh:mm:ss"
    assert cells[1].value == "text"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("1899-01-01T00:00:00", "1899-01-01T00:00:00"),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5)),
    ],
)
def test_what_is_no_date_for_excel_stays_as_it_is_written(text: str, expected: object) -> None:
    assert utc(text) == expected


def test_an_undefined_estimate_says_so_in_italics(tmp_path: Path) -> None:
    values = interval(Estimate.undefined("every rating is the same"), "number")
    assert values == [Undefined("undefined"), None, None]
    path = written(tmp_path / "a.xlsx", [values], "number")
    cell = next(openpyxl.load_workbook(path)["Sheet"].iter_rows())[0]
    assert cell.value == "undefined"
    assert cell.font.italic


def test_a_link_leads_to_a_sheet_of_the_same_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", [[Link("=go", "It's")]], "link")
    cell = next(openpyxl.load_workbook(path)["Sheet"].iter_rows())[0]
    assert cell.value == "=go"
    assert cell.hyperlink is not None
    assert cell.hyperlink.location == "'It''s'!A1"
    assert cell.hyperlink.target is None


def test_a_table_goes_on_in_another_sheet_where_one_is_full(tmp_path: Path) -> None:
    book = ScratchBook(tmp_path)
    columns = [Column("=Number", 10, "integer"), Column("Text", 10)]
    rows = [[number, f"={number}"] for number in range(7)]
    sheets = long_table(book, "Traces", columns, rows, room=3)
    for sheet in sheets:
        sheet.close()
    book.save(tmp_path / "a.xlsx")
    assert [(sheet.title, sheet.data_rows) for sheet in sheets] == [
        ("Traces", 3),
        ("Traces (2)", 3),
        ("Traces (3)", 1),
    ]
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    found = [row for page in read for row in page.iter_rows(min_row=2, values_only=True)]
    assert found == [tuple(row) for row in rows]
    for page in read:
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref == f"A1:B{page.max_row}"
        assert page["A1"].value == "=Number"


@pytest.mark.parametrize("count", [0, 3])
def test_a_table_that_just_fits_or_is_empty_is_one_sheet(tmp_path: Path, count: int) -> None:
    book = ScratchBook(tmp_path)
    sheets = long_table(book, "T", [Column("a", 5)], [["x"]] * count, room=3)
    assert [(sheet.title, sheet.data_rows) for sheet in sheets] == [("T", count)]
    for sheet in sheets:
        sheet.close()
    book.save(tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["T"]["A1"].value == "a"


def test_more_columns_than_a_sheet_has_are_refused_in_words(tmp_path: Path) -> None:
    columns = [Column(str(number), 5) for number in range(MAX_COLUMNS + 1)]
    with pytest.raises(UsageError, match="16,385 columns"):
        long_table(ScratchBook(tmp_path), "T", columns, [])
