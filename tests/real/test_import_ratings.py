"""Ratings of the shared data come in whole; their agreement is the published one."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from evaldesk.domain.project import ImportNote
from evaldesk.domain.rating import RatingRecord
from evaldesk.importers.contract import ImportOptions, RatingItem
from evaldesk.importers.mapping import RatingMapping
from evaldesk.importers.registry import detect_ratings
from evaldesk.importers.source import Source
from evaldesk.importers.spans import locate_span

CONVABUSE_LEVELS = ("1", "0", "-1", "-2", "-3")


@pytest.fixture(scope="session")
def figures(shared_data: Path):
    return json.loads((shared_data / "figures.json").read_text(encoding="utf-8"))


def read(path: Path, mapping=None) -> list[RatingItem]:
    source = Source(path)
    made = None if mapping is None else RatingMapping.from_json(mapping)
    return list(detect_ratings(source, made).read(source, made, ImportOptions()))


def ratings(items: list[RatingItem]) -> list[RatingRecord]:
    return [item for item in items if isinstance(item, RatingRecord)]


def notes(items: list[RatingItem]) -> str:
    return "\n".join(item.message for item in items if isinstance(item, ImportNote))


def alpha(records: list[RatingRecord], level: str, order: list[str]) -> float:
    """Krippendorff's alpha by the reference package, over codes in the order given."""
    import krippendorff
    import numpy as np

    units = {unit: i for i, unit in enumerate(sorted({record.unit for record in records}))}
    raters = {rater: i for i, rater in enumerate(sorted({record.rater for record in records}))}
    table = np.full((len(raters), len(units)), np.nan)
    for record in records:
        code = order.index(str(record.value))
        assert np.isnan(table[raters[record.rater], units[record.unit]])
        table[raters[record.rater], units[record.unit]] = code
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))


def test_dices(shared_data: Path, figures):
    expected = figures["dices"]["dices_990.judgebench.json.gz"]
    items = read(shared_data / "labels/dices/dices_990.judgebench.json.gz")
    records = ratings(items)
    assert len(records) == expected["ratings"]
    assert len({record.unit for record in records}) == expected["items"]
    assert Counter(record.value for record in records) == expected["labels"]
    assert alpha(records, "nominal", ["No", "Unsure", "Yes"]) == pytest.approx(0.143250, abs=1e-6)
    assert alpha(records, "ordinal", ["No", "Unsure", "Yes"]) == pytest.approx(0.169053, abs=1e-6)
    assert "not people" in notes(items)
    assert all(record.text for record in records)


def test_newsroom(shared_data: Path):
    items = read(shared_data / "labels/newsroom/newsroom.judgebench.json.gz")
    records = ratings(items)
    order = ["1", "2", "3", "4", "5"]
    for criterion, expected in (
        ("Informativeness", 0.284873),
        ("Relevance", 0.115121),
        ("Fluency", -0.015808),
        ("Coherence", 0.064972),
    ):
        of = [record for record in records if record.criterion == criterion]
        assert len(of) == 1260
        assert alpha(of, "ordinal", order) == pytest.approx(expected, abs=1e-6)


def test_convabuse(shared_data: Path, figures):
    expected = figures["convabuse"]
    mapping = {
        "unit": "example_id",
        "criterion": {"const": "severity"},
        "text": "user",
        "raters": {
            f"Annotator{n}": {
                "one_hot": {level: f"Annotator{n}_is_abuse.{level}" for level in CONVABUSE_LEVELS}
            }
            for n in range(1, 9)
        },
    }
    items = read(shared_data / "labels/convabuse/ConvAbuseEMNLPvalid.csv.gz", mapping)
    records = ratings(items)
    assert len(records) == expected["ratings"]
    assert Counter(record.rater for record in records) == expected["per_rater"]
    order = sorted(CONVABUSE_LEVELS, key=int)
    assert alpha(records, "ordinal", order) == pytest.approx(0.690761, abs=1e-6)
    assert f"{expected['missing_cells']:,} answers are missing" in notes(items)
    repeats = expected["repeats_by_the_same_annotator"]["cells_with_repeats"]
    assert f"In {repeats} places" in notes(items)


def test_convabuse_is_guessed(shared_data: Path):
    items = read(shared_data / "labels/convabuse/ConvAbuseEMNLPvalid.csv.gz")
    assert len(ratings(items)) == 2443
    assert {record.criterion for record in ratings(items)} == {"is_abuse"}


def test_pandalm(shared_data: Path):
    mapping = {
        "unit": "idx",
        "criterion": {"const": "preference"},
        "raters": {f"annotator{n}": f"annotator{n}" for n in (1, 2, 3)},
        "text": "instruction",
    }
    for given in (mapping, None):
        records = ratings(read(shared_data / "labels/pandalm/testset-v1.json.gz", given))
        assert len(records) == 2997
        assert alpha(records, "nominal", ["0", "1", "2"]) == pytest.approx(0.864221, abs=1e-6)


def test_xsum_factuality(shared_data: Path):
    mapping = {
        "unit": ["bbcid", "system"],
        "rater": "worker_id",
        "criterion": {"const": "is_factual"},
        "value": "is_factual",
        "text": "summary",
    }
    path = shared_data / "labels/xsum/factuality_annotations_xsum_summaries.csv.gz"
    for given in (mapping, None):
        items = read(path, given)
        records = ratings(items)
        assert len(records) == 2865
        assert len({record.unit for record in records}) == 957
        assert alpha(records, "nominal", ["no", "yes"]) == pytest.approx(0.792106, abs=1e-6)
        assert "9 answers are missing" in notes(items)


@pytest.mark.parametrize(
    ("name", "count"), [("dices_990", 72103), ("newsroom", 5040), ("pandalm", 2997)]
)
def test_derived_long_tables(name: str, count: int, shared_data: Path):
    items = read(shared_data / "derived" / f"{name}_long.csv.gz")
    assert len(ratings(items)) == count
    assert ("not people" in notes(items)) == (name != "pandalm")


def test_reference_matrices_are_wide_tables(shared_data: Path):
    items = read(shared_data / "reference/krippendorff_2011_C_4observers_12units.csv")
    records = ratings(items)
    order = ["1", "2", "3", "4", "5"]
    assert alpha(records, "nominal", order) == pytest.approx(0.743421, abs=1e-6)
    assert alpha(records, "ordinal", order) == pytest.approx(0.815388, abs=1e-6)
    assert "7 answers are missing" in notes(items)


def test_wmt_tsv_is_read_with_quotes_that_mean_nothing(shared_data: Path, figures):
    from evaldesk.importers.records import Records

    path = shared_data / "labels/wmt_mqm/sxs_mqm_generalMT2023_zhen.3ratingsPerSegment.tsv.gz"
    rows = [values for _, values, _ in Records(Source(path)) if isinstance(values, dict)]
    assert len(rows) == figures["wmt_mqm"]["rows"]
    assert Counter(row["rater"] for row in rows) == figures["wmt_mqm"]["raters"]
    assert Counter(row["severity"] for row in rows) == figures["wmt_mqm"]["severity"]


def test_span_offsets_mix_conventions(shared_data: Path, figures):
    path = shared_data / "labels/xsum/hallucination_annotations_xsum_summaries.csv.gz"
    seen = Counter[str]()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            if row["hallucination_type"] == "NULL":
                continue
            found = locate_span(
                row["summary"],
                row["hallucinated_span"],
                int(row["hallucinated_span_start"]),
                int(row["hallucinated_span_end"]),
            )
            seen[found.convention] += 1
            if found.convention != "none":
                cut = row["summary"][found.start : found.end]
                assert cut.strip().lower() == row["hallucinated_span"].strip().lower()
    assert list(figures["xsum"]["span_offset_check"].values()) == [
        seen["one-based exclusive"],
        seen["one-based inclusive"],
        seen["zero-based"],
        seen["elsewhere"],
        seen["none"],
    ]
