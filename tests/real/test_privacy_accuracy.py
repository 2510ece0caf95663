"""The page says what a run of today finds."""

from pathlib import Path

from tests.real.privacy_accuracy import planted, tables


def test_the_page_holds_what_is_measured(shared_data: Path, repository: Path) -> None:
    page = (repository / "docs" / "privacy.md").read_text("utf-8")
    lines = [line for table in tables(shared_data).values() for line in table]
    missing = [line for line in (*lines, *planted(shared_data)) if line not in page]
    assert missing == []
