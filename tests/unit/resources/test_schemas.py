"""The published schemas say what the program reads and writes: neither more nor less."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import (
    SEVERITIES,
    Criterion,
    FailureMode,
    Point,
    Rubric,
    Scale,
    Taxonomy,
)
from evaldesk.importers.mapping import RatingMapping, TraceMapping
from evaldesk.settings import resource

SCHEMAS = sorted(resource("schemas").glob("*.schema.json"))


def validator(name: str) -> Draft202012Validator:
    """The published schema of that name."""
    return Draft202012Validator(read(resource("schemas", f"{name}.schema.json")))


def read(path: Any) -> Any:
    """A JSON file."""
    return json.loads(path.read_text("utf-8"))


def complaints(name: str, document: Any) -> list[str]:
    """What the schema has against a document."""
    return [
        f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(document)
    ]


# ------------------------------------------------------------------------------ made documents

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)
names = words.filter(lambda text: bool(text) and not text.startswith("#"))
numbers = st.integers(-99, 99) | st.floats(-1e6, 1e6, allow_nan=False)


@st.composite
def scales(draw: st.DrawFn) -> Scale:
    """Any scale that a rubric can have."""
    kind = draw(st.sampled_from(["binary", "nominal", "ordinal", "interval", "ratio", "text"]))
    measured = kind in ("interval", "ratio")
    least, most = {
        "binary": (2, 2),
        "nominal": (2, 5),
        "ordinal": (2, 5),
        "text": (0, 0),
    }.get(kind, (0, 5))
    values = draw(
        st.lists(
            numbers if measured else names | numbers,
            min_size=least,
            max_size=most,
            unique_by=str,
        )
    )
    points = tuple(Point(value, draw(words), draw(words)) for value in values)
    if not measured:
        return Scale(kind, points)  # type: ignore[arg-type]
    low, high = draw(st.none() | st.integers(-9, 0)), draw(st.none() | st.integers(1, 9))
    step = draw(st.none() | st.sampled_from([0.5, 1.0]))
    return Scale(kind, points, low, high, step, draw(words))  # type: ignore[arg-type]


criteria = st.builds(
    Criterion,
    name=names,
    scale=scales(),
    title=words,
    question=words,
    direction=st.sampled_from(["higher", "lower", "none"]),
    required=st.booleans(),
)
failure_modes = st.builds(FailureMode, names, words, words, st.sampled_from(["", *SEVERITIES]))
rubrics = st.builds(
    Rubric,
    name=words.filter(bool),
    criteria=st.lists(criteria, min_size=1, max_size=4, unique_by=lambda item: item.name).map(
        tuple
    ),
    failure_modes=st.lists(failure_modes, max_size=3).map(tuple),
    guidance=words,
    version=st.integers(0, 9),
)


@given(rubrics)
def test_a_written_rubric_is_valid_and_reads_back_as_it_was(rubric: Rubric) -> None:
    document = json.loads(json.dumps(rubric.to_json()))
    assert complaints("rubric", document) == []
    assert Rubric.from_json(document) == rubric


# ------------------------------------------------------------------------------ what both refuse

GOOD: dict[str, Any] = {"name": "R", "criteria": [{"name": "a", "scale": {"kind": "binary"}}]}


def with_scale(**scale: Any) -> dict[str, Any]:
    """A rubric of one criterion with this scale."""
    return {"name": "R", "criteria": [{"name": "a", "scale": scale}]}


@pytest.mark.parametrize(
    "document",
    [
        {"criteria": GOOD["criteria"]},
        {"name": " ", "criteria": GOOD["criteria"]},
        {"name": "R"},
        {"name": "R", "criteria": []},
        {"name": "R", "criteria": [{"scale": {"kind": "binary"}}]},
        {"name": "R", "criteria": [{"name": "#comment", "scale": {"kind": "text"}}]},
        {"name": "R", "criteria": [{"name": " #x", "scale": {"kind": "text"}}]},
        {"name": "R", "criteria": [{"name": "a"}]},
        {"name": "R", "criteria": [{**GOOD["criteria"][0], "direction": "up"}]},
        with_scale(kind="likert"),
        with_scale(kind="binary", points=["no", "maybe", "yes"]),
        with_scale(kind="ordinal"),
        with_scale(kind="nominal", points=["one"]),
        with_scale(kind="interval", points=["low", "high"]),
        with_scale(kind="interval", minimum="0"),
        with_scale(kind="ordinal", points=[{"label": "without a value"}, "b"]),
        {**GOOD, "failure_modes": [{"title": "without a name"}]},
        {**GOOD, "failure_modes": [{"name": "x", "severity": "S5"}]},
    ],
)
def test_schema_and_program_refuse_the_same_rubrics(document: Any) -> None:
    with pytest.raises(InputError):
        Rubric.from_json(document)
    assert complaints("rubric", document)


@pytest.mark.parametrize(
    "document",
    [
        GOOD,
        with_scale(kind="ordinal", points=["low", "high"]),
        with_scale(kind="ordinal", points=[0, 1, {"value": 2, "anchor": "best"}]),
        with_scale(kind="interval", points=["1", 2.5, {"value": "3"}]),
        with_scale(kind="ratio", minimum=0, unit="s"),
        {**GOOD, "failure_modes": ["hallucination", {"name": "tone", "severity": "S4"}]},
    ],
)
def test_schema_and_program_accept_the_same_short_forms(document: Any) -> None:
    Rubric.from_json(document)
    assert complaints("rubric", document) == []


def test_a_key_that_is_mistyped_is_found_by_the_schema() -> None:
    assert complaints("rubric", {**GOOD, "failure_mode": []})
    assert complaints("rubric", with_scale(kind="binary", point=["no", "yes"]))


@pytest.mark.parametrize(
    ("document", "fits"),
    [
        ({"input": "question", "output": "answer"}, True),
        ({"messages": "chat", "scores": {"pass": "ok"}, "slices": ["lang"]}, True),
        ({"input": "q", "system": {"const": "kestrel-2"}, "metadata": []}, True),
        ({"scenario": "id"}, False),
        ({"input": "q", "scores": ["ok"]}, False),
        ({"input": "q", "outputs": "answer"}, False),
        ({"input": "q", "run": {"constant": "x"}}, False),
    ],
)
def test_trace_mappings(document: Any, fits: bool) -> None:
    assert (complaints("trace-mapping", document) == []) is fits
    if fits:
        assert TraceMapping.from_json(document).to_json() == document
    else:
        with pytest.raises(InputError):
            TraceMapping.from_json(document)


@pytest.mark.parametrize(
    ("document", "fits"),
    [
        ({"unit": "id", "rater": "who", "criterion": "what", "value": "answer"}, True),
        ({"unit": ["run", "id"], "rater": {"const": "Ines"}, "values": {"tone": "t"}}, True),
        ({"unit": "id", "raters": {"A": "a", "B": "b"}, "criterion": {"const": "q"}}, True),
        (
            {
                "unit": "id",
                "raters": {"A": {"one_hot": {"1": "a_1", "2": "a_2"}}},
                "criterion": {"const": "q"},
                "missing": ["-"],
                "repeats": "first",
            },
            True,
        ),
        ({"rater": "who", "criterion": "what", "value": "answer"}, False),
        ({"unit": "id", "rater": "who", "value": "answer"}, False),
        ({"unit": "id", "raters": {"A": "a"}}, False),
        ({"unit": "id", "raters": {"A": "a"}, "rater": "who", "criterion": "q"}, False),
        ({"unit": "id", "raters": {}, "criterion": "q"}, False),
        ({"unit": "id", "rater": "w", "criterion": "c", "value": "v", "repeats": "last"}, False),
    ],
)
def test_rating_mappings(document: Any, fits: bool) -> None:
    assert (complaints("rating-mapping", document) == []) is fits
    if fits:
        assert RatingMapping.from_json(document).to_json() == document
    else:
        with pytest.raises(InputError):
            RatingMapping.from_json(document)


# ------------------------------------------------------------------------------ what is shipped


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schemas_are_schemas(path: Any) -> None:
    schema = read(path)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:evaldesk:schema:{path.name.removesuffix('.schema.json')}:1"


@pytest.mark.parametrize("path", sorted(resource("rubrics").glob("*.json")), ids=lambda p: p.stem)
def test_rubric_templates(path: Any) -> None:
    document = read(path)
    assert complaints("rubric", document) == []
    rubric = Rubric.from_json(document)
    assert rubric.to_json() == document
    assert rubric.guidance
    for criterion in rubric.criteria:
        assert all((criterion.title, criterion.question)), criterion.name
        for point in criterion.scale.points:
            assert point.anchor, f"{criterion.name}: {point.value} has no anchor"
    for mode in rubric.failure_modes:
        assert all((mode.title, mode.definition, mode.severity)), mode.name
    assert len({mode.name for mode in rubric.failure_modes}) == len(rubric.failure_modes)


@pytest.mark.parametrize(
    "path", sorted(resource("taxonomies").glob("*.json")), ids=lambda path: path.stem
)
def test_taxonomy_templates(path: Any) -> None:
    document = read(path)
    assert complaints("taxonomy", document) == []
    modes = Taxonomy.from_json(document).failure_modes
    assert len({mode.name for mode in modes}) == len(modes)
    assert all(mode.title and mode.definition and mode.severity for mode in modes)


@pytest.mark.parametrize(
    ("rubric", "taxonomy"),
    [
        ("tool-using-agent", "agents"),
        ("agent-actions", "agents"),
        *((name, name) for name in ("retrieval-qa", "safety-refusals", "summaries")),
        *((name, name) for name in ("extraction", "tone")),
    ],
)
def test_a_rubrics_tags_are_those_of_its_taxonomy(rubric: str, taxonomy: str) -> None:
    """The two files repeat them, so that each can be used alone."""
    ours = Rubric.from_json(read(resource("rubrics", f"{rubric}.json"))).failure_modes
    assert (
        ours == Taxonomy.from_json(read(resource("taxonomies", f"{taxonomy}.json"))).failure_modes
    )


def test_rating_templates_offer_no_answer_that_reads_as_missing() -> None:
    from evaldesk.importers.mapping import MISSING

    missing = {word.casefold() for word in MISSING}
    for path in resource("rubrics").glob("*.json"):
        for criterion in Rubric.from_json(read(path)).criteria:
            for point in criterion.scale.points:
                assert str(point.value).casefold() not in missing, (path.name, criterion.name)
