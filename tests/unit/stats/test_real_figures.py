"""Published tables and real label sets: the figures that an independent program gave for them."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from evaldesk.stats.agreement import Measurement, krippendorff_alpha
from evaldesk.stats.coefficients import (
    Weights,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from evaldesk.stats.paired import compare_paired
from evaldesk.stats.paired_proportions import mcnemar
from evaldesk.stats.ratings import UnitRatings

pytestmark = pytest.mark.real

WEIGHTS: tuple[Weights, ...] = get_args(Weights)


def table_of(path: Path) -> np.ndarray:
    """Raters × units of codes, from a file with one row a unit and one column a rater."""
    with path.open(newline="") as file:
        rows = [row[1:] for row in csv.reader(file)][1:]
    cells = np.array(rows).T
    try:
        return np.where(cells == "", "nan", cells).astype(float)
    except ValueError:
        names = {name: float(i) for i, name in enumerate(sorted(set(cells.ravel()) - {""}))}
        return np.array([[names.get(cell, np.nan) for cell in row] for row in cells])


def long_table(path: Path, code: Callable[[str], float], dimension: str) -> UnitRatings:
    """Ratings from item, dimension, slot and value."""
    units: dict[str, int] = {}
    unit, value = [], []
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["dimension"] == dimension:
                unit.append(units.setdefault(row["item_id"], len(units)))
                value.append(code(row["value"]))
    return UnitRatings.from_long(unit, value)


@pytest.fixture(scope="module")
def figures(shared_data: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((shared_data / "figures.json").read_bytes())  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("krippendorff_A", "krippendorff_2011_A_binary_2observers_10units.csv"),
        ("krippendorff_B", "krippendorff_2011_B_nominal_2observers_12units.csv"),
        ("krippendorff_C", "krippendorff_2011_C_4observers_12units.csv"),
        ("diagnoses", "fleiss_1971_diagnoses_30x6.csv"),
        ("anxiety", "irr_anxiety_20x3.csv"),
    ],
)
def test_reference_matrices(shared_data: Path, figures, name: str, file: str) -> None:
    table = table_of(shared_data / "reference" / file)
    ratings = UnitRatings.from_matrix(table)
    expected = figures["reference"][name]
    for measurement, value in expected["alpha"].items():
        found = krippendorff_alpha(ratings, measurement)
        assert found.value == pytest.approx(value, abs=1e-6)
    for weights in WEIGHTS:
        key = f"cac_{'unweighted' if weights == 'identity' else weights}"
        if key not in expected:
            continue
        cac = expected[key]
        ac = gwet_ac(ratings, weights=weights)
        assert ac.value == pytest.approx(cac.get("AC1", cac.get("AC2")), abs=1e-6)
        assert (ac.low, ac.high) == pytest.approx(tuple(cac["AC_ci95"]), abs=2e-5)
        percent = percent_agreement(ratings, weights=weights)
        assert percent.value == pytest.approx(cac["percent_agreement"], abs=1e-6)
        assert fleiss_kappa(ratings, weights=weights).value == pytest.approx(
            cac["fleiss_kappa"], abs=1e-6
        )
        assert brennan_prediger(ratings, weights=weights).value == pytest.approx(
            cac["brennan_prediger"], abs=1e-6
        )
        kappa = expected.get("cohen_r1_r2", {}).get(key.removeprefix("cac_"))
        if kappa is not None:
            found = cohen_kappa(table[0], table[1], weights=weights)
            assert found.value == pytest.approx(kappa, abs=1e-6)


def test_agresti_and_student(shared_data: Path, figures) -> None:
    with (shared_data / "reference" / "agresti_1990_approval_2x2.csv").open() as file:
        (_, only_a), (only_b, _) = [map(int, row[1:]) for row in list(csv.reader(file))[1:]]
    found, expected = mcnemar(only_a, only_b), figures["reference"]["agresti"]
    assert found.chi2 == pytest.approx(expected["chi2"], abs=1e-6)
    assert found.chi2_p == pytest.approx(expected["p"], rel=1e-4)
    assert found.chi2_corrected == pytest.approx(expected["chi2_cc"], abs=1e-6)
    assert found.chi2_corrected_p == pytest.approx(expected["p_cc"], rel=1e-4)
    assert found.exact == pytest.approx(expected["exact_p"], rel=1e-4)
    sleep = table_of(shared_data / "reference" / "student_1908_sleep_paired.csv")
    compared, expected = compare_paired(*sleep), figures["reference"]["sleep"]
    assert compared.difference.value == pytest.approx(expected["diff_B_minus_A"])
    assert (compared.wins, compared.ties, compared.losses) == (9, 1, 0)


def test_dices(shared_data: Path) -> None:
    """990 conversations, 72,103 ratings by 173 people."""
    ratings = long_table(
        shared_data / "derived" / "dices_990_long.csv.gz",
        {"No": 0.0, "Unsure": 1.0, "Yes": 2.0}.__getitem__,
        "safety",
    )
    assert (ratings.units, ratings.value.size) == (990, 72_103)
    expected: tuple[tuple[Measurement, float, float, float], ...] = (
        ("nominal", 0.143250, 0.132, 0.154),
        ("ordinal", 0.169053, 0.157, 0.182),
    )
    for measurement, value, low, high in expected:
        found = krippendorff_alpha(ratings, measurement)
        assert found.value == pytest.approx(value, abs=1e-6)
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)
        assert found.n == 990
    assert gwet_ac(ratings).value == pytest.approx(0.483298, abs=1e-6)
    assert percent_agreement(ratings).value == pytest.approx(0.603, abs=1e-6)


@pytest.mark.parametrize(
    ("dimension", "values", "low", "high"),
    [
        ("Informativeness", (0.284873, 0.291150, 0.076502), 0.223, 0.345),
        ("Relevance", (0.115121, 0.168433, 0.064690), 0.056, 0.170),
        ("Fluency", (-0.015808, 0.026431, -0.009508), -0.069, 0.041),
        ("Coherence", (0.064972, 0.086995, 0.006099), 0.007, 0.122),
    ],
)
def test_newsroom(shared_data: Path, dimension: str, values, low: float, high: float) -> None:
    ratings = long_table(shared_data / "derived" / "newsroom_long.csv.gz", float, dimension)
    levels: tuple[Measurement, ...] = ("ordinal", "interval", "nominal")
    found = [krippendorff_alpha(ratings, level) for level in levels]
    assert [x.value for x in found] == pytest.approx(values, abs=1e-6)
    assert (found[0].low, found[0].high) == pytest.approx((low, high), abs=0.02)


def test_pandalm(shared_data: Path) -> None:
    path = shared_data / "labels" / "pandalm" / "testset-v1.json.gz"
    records = json.loads(gzip.decompress(path.read_bytes()))
    table = np.array([[float(record[f"annotator{i}"]) for record in records] for i in (1, 2, 3)])
    found = krippendorff_alpha(UnitRatings.from_matrix(table), "nominal")
    assert found.value == pytest.approx(0.864221, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.841, 0.885), abs=0.02)
    kappas = [cohen_kappa(table[i], table[j]).value for i, j in ((0, 1), (0, 2), (1, 2))]
    assert kappas == pytest.approx([0.852023, 0.878944, 0.861661], abs=1e-6)


def test_every_published_paired_comparison(figures) -> None:
    """The 2 × 2 tables of all binary comparisons: rates, exact p, Newcombe's interval."""
    tables = [
        *figures["tau2"]["paired"],
        *figures["inspect"]["paired"],
        *figures["xsum"]["paired_no_hallucination_by_majority"],
        *figures["faithdial_audit"]["paired_no_hallucination"],
        *figures["llmbar"]["Natural"]["paired_correct_not_swapped"],
        figures["lm_eval"]["paired"]["bleu_acc"],
    ]
    assert len(tables) >= 13
    for expected in tables:
        cells = [expected[key] for key in ("both_pass", "only_A", "only_B", "both_fail")]
        a = np.repeat([1, 1, 0, 0], cells)
        b = np.repeat([1, 0, 1, 0], cells)
        found = compare_paired(a, b)
        assert found.n == expected["paired_items"]
        assert found.a.value == pytest.approx(expected["rate_A"], abs=1e-6)
        assert found.b.value == pytest.approx(expected["rate_B"], abs=1e-6)
        assert found.difference.value == pytest.approx(expected["diff_B_minus_A"], abs=1e-6)
        assert found.exact_p == pytest.approx(expected["mcnemar_exact_p"], rel=2e-4)
        assert found.p_value == pytest.approx(expected["mcnemar_mid_p"], rel=1e-3)
        assert found.newcombe is not None
        assert (found.newcombe.low, found.newcombe.high) == pytest.approx(
            tuple(expected["ci95_newcombe_method10"]), abs=1e-6
        )
