"""Lists as text that no spreadsheet runs."""

import csv

import pytest

from evaldesk.domain.errors import EvalDeskError
from evaldesk.exporters.listing import as_tsv, harmless, write_csv


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd|x", "@SUM(A1)", "\t=1", "  =1"])
def test_what_begins_like_a_formula_stays_text(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize(("cell", "text"), [(-0.5, "-0.5"), (3, "3"), (None, ""), ("a=b", "a=b")])
def test_numbers_and_plain_text_stay_as_they_are(cell, text):
    assert harmless(cell) == text


def test_a_file_comes_back_as_it_was_written(tmp_path):
    rows = [["a,b", 'say "hi"', -1.5], ["line\nbreak", "=1", None]]
    path = tmp_path / "list.csv"
    assert write_csv(path, ["one", "two", "three"], rows) == 2
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["one", "two", "three"],
            ["a,b", 'say "hi"', "-1.5"],
            ["line\nbreak", "'=1", ""],
        ]


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(EvalDeskError, match="nowhere"):
        write_csv(tmp_path / "no" / "nowhere.csv", [], [])


def test_tab_separated_text_has_one_line_a_row():
    assert as_tsv(["a"], [["x\ny\tz"], ["=1"]]) == "a\nx y z\n'=1\n"
