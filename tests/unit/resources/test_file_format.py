"""``docs/file-format.md`` names what there is."""

import json
import re
from typing import get_args, get_type_hints

from evaldesk.domain.rating import RulingKind
from evaldesk.domain.rubric import SCALE_KINDS
from evaldesk.domain.trace import Document, Message, Part, Status, TraceBody
from evaldesk.settings import resource
from evaldesk.storage import tables

PAGE = (resource().parent / "docs" / "file-format.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", PAGE, flags=re.M))


def test_every_table_and_column_is_described() -> None:
    for table in tables.METADATA.tables.values():
        assert table.name in ROWS, table.name
        listed = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", ROWS[table.name]))
        assert listed == [column.name for column in table.columns], table.name


def test_what_is_only_appended_to_is_named() -> None:
    told = re.search(r"((?:`\w+`(?:, | and )?)+) are only ever appended to", " ".join(PAGE.split()))
    assert told is not None
    assert sorted(re.findall(r"`(\w+)`", told[1])) == sorted(tables.APPEND_ONLY)


def test_the_words_of_the_domain_are_named() -> None:
    for word in (*SCALE_KINDS, *get_args(Status), *get_args(RulingKind)):
        assert f"`{word}`" in PAGE, word


def test_schema_and_types_have_the_same_keys() -> None:
    schema = json.loads(resource("schemas", "trace.schema.json").read_text("utf-8"))
    body = set(get_type_hints(TraceBody))
    assert body <= set(schema["properties"])
    assert set(schema["$defs"]["message"]["properties"]) == set(get_type_hints(Message))
    assert set(schema["$defs"]["document"]["properties"]) == set(get_type_hints(Document))
    parts = {
        key
        for rule in schema["$defs"]["part"]["allOf"]
        for key in rule["then"].get("properties", {})
    } | {"type"}
    assert parts == set(get_type_hints(Part))


def test_the_examples_are_what_they_say() -> None:
    from jsonschema import Draft202012Validator

    from evaldesk.importers.scenario_lines import is_scenario

    trace, scenario, rubric, _entry = (
        json.loads(block) for block in re.findall(r"```json\n(.+?)```", PAGE, flags=re.S)
    )
    for name, example in (("trace", trace), ("rubric", rubric)):
        schema = json.loads(resource("schemas", f"{name}.schema.json").read_text("utf-8"))
        Draft202012Validator(schema).validate(example)
    assert is_scenario(scenario)
