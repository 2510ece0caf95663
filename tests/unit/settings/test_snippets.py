"""Snippets and the working day: kept, read back, and refused in words."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.settings import Settings
from evaldesk.settings.snippets import keep_snippets, read_snippets, snippets, write_snippets
from evaldesk.settings.working_day import WorkingDay, keep_working_day, working_day


@given(st.dictionaries(st.from_regex(r"[\w-]{1,24}", fullmatch=True), st.text(min_size=1)))
def test_what_is_kept_is_read_back_and_goes_through_a_file(
    tmp_path_factory: pytest.TempPathFactory, chosen: dict[str, str]
) -> None:
    chosen = {key: text for key, text in chosen.items() if text.strip()}
    folder = tmp_path_factory.mktemp("snippets")
    settings = Settings(folder / "settings.json")
    keep_snippets(settings, chosen)
    assert snippets(Settings(folder / "settings.json")) == chosen
    write_snippets(folder / "out.json", chosen)
    assert read_snippets(folder / "out.json") == chosen


@pytest.mark.parametrize(
    "wrong", [{"two words": "x"}, {"": "x"}, {"a;b": "x"}, {"a": " "}, {"a": "x" * 4001}]
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    settings = Settings(tmp_path / "settings.json")
    keep_snippets(settings, {"ok": "fine"})
    with pytest.raises(InputError):
        keep_snippets(settings, {"ok": "fine", **wrong})
    assert snippets(settings) == {"ok": "fine"}


@pytest.mark.parametrize(
    "whole",
    [
        "{",
        "[]",
        json.dumps({"format": "other", "snippets": {}}),
        json.dumps({"format": "evaldesk-snippets", "version": 2, "snippets": {}}),
        json.dumps({"format": "evaldesk-snippets", "version": 1, "snippets": {"a": 1}}),
    ],
    ids=["broken", "list", "other", "newer", "number"],
)
def test_another_file_is_refused_in_words(tmp_path: Path, whole: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(whole)
    with pytest.raises(InputError):
        read_snippets(path)


def test_damaged_settings_count_as_none(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    settings.put("snippets", {"ok": "fine", "no good": "x", "number": 4})
    settings.put("working_day", {"unit": "years", "goal": -3, "break_after": "x"})
    assert snippets(settings) == {"ok": "fine"}
    assert working_day(settings) == WorkingDay()


def test_a_working_day_is_kept_and_off_at_first(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    assert (working_day(settings).unit, working_day(settings).break_after) == ("", 0)
    chosen = WorkingDay("minutes", 240, 50)
    keep_working_day(settings, chosen)
    assert working_day(Settings(settings.path)) == chosen
    keep_working_day(settings, WorkingDay())
    assert settings.get("working_day") is None
