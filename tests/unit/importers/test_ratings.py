"""Ratings made elsewhere: long, wide, one column a value, lists of scores."""

import json

import openpyxl
import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.rating import RatingRecord
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.mapping import RatingMapping
from evaldesk.importers.registry import detect_ratings
from evaldesk.importers.source import Source

LONG = {"unit": "item", "rater": "who", "criterion": "what", "value": "v"}


def read(path, mapping=None, *, skip_bad=False):
    source = Source(path)
    made = None if mapping is None else RatingMapping.from_json(mapping)
    return list(detect_ratings(source, made).read(source, made, ImportOptions(skip_bad=skip_bad)))


def cells(items):
    return [(r.unit, r.rater, r.criterion, r.value) for r in items if isinstance(r, RatingRecord)]


def notes(items):
    return "\n".join(item.message for item in items if isinstance(item, ImportNote))


def csv_file(tmp_path, text):
    path = tmp_path / "ratings.csv"
    path.write_text(text)
    return path


def test_long(tmp_path):
    path = csv_file(
        tmp_path,
        "item,who,what,v,why,when,said\n"
        "1,ann,tone,3,fine,2026-01-01,Hello\n"
        "1,bob,tone, NULL ,,,\n"
        "2,ann,tone,n/a,,,\n",
    )
    items = read(path, {**LONG, "comment": "why", "time": "when", "text": "said"})
    (rating,) = [item for item in items if isinstance(item, RatingRecord)]
    assert rating == RatingRecord("1", "ann", "tone", "3", "fine", "2026-01-01", "row 2", "Hello")
    assert "2 answers are missing" in notes(items)


def test_json_values_stay_as_they_are(tmp_path):
    path = tmp_path / "ratings.jsonl"
    rows = [
        {"item": 1, "who": "a", "what": "x", "v": 2},
        {"item": 2, "who": "a", "what": "x", "v": 2.5},
        {"item": 3, "who": "a", "what": "x", "v": True},
        {"item": 4, "who": "a", "what": "x", "v": None},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [cell[3] for cell in cells(read(path, LONG))] == [2, 2.5, "true"]


def test_several_answers_a_row(tmp_path):
    path = csv_file(tmp_path, "item,who,fluency,truth\n1,ann,4,5\n1,bob,3,\n")
    items = read(
        path,
        {"unit": "item", "rater": "who", "values": {"Fluency": "fluency", "Truth": "truth"}},
    )
    assert cells(items) == [
        ("1", "ann", "Fluency", "4"),
        ("1", "ann", "Truth", "5"),
        ("1", "bob", "Fluency", "3"),
    ]


def test_units_of_several_columns_and_a_constant_rater(tmp_path):
    path = csv_file(tmp_path, "doc,system,v\nd1,A,1\nd1,B,2\n")
    mapping = {
        "unit": ["doc", "system"],
        "rater": {"const": "gold"},
        "criterion": {"const": "ok"},
        "value": "v",
    }
    assert cells(read(path, mapping)) == [
        ("d1/A", "gold", "ok", "1"),
        ("d1/B", "gold", "ok", "2"),
    ]


def test_the_same_answer_twice_counts_once_and_another_is_refused(tmp_path):
    text = "item,who,what,v\n1,ann,tone,3\n1,ann,tone,3\n2,ann,tone,1\n"
    items = read(csv_file(tmp_path, text), LONG)
    assert len(cells(items)) == 2
    assert "1 answer is there more than once" in notes(items)

    path = csv_file(tmp_path, text + "1,ann,tone,4\n")
    with pytest.raises(InputError) as caught:
        read(path, LONG)
    assert caught.value.record == "row 5"
    assert "ann already rated 1 on tone as 3 at row 2; here as 4" in caught.value.message
    (skip,) = [item for item in read(path, LONG, skip_bad=True) if isinstance(item, Skipped)]
    assert skip.record == "row 5"
    first = read(path, {**LONG, "repeats": "first"})
    assert ("1", "ann", "tone", "3") in cells(first)
    assert len(cells(first)) == 2
    assert "the first was taken" in notes(first)


def test_recoding_and_own_words_for_missing(tmp_path):
    path = csv_file(tmp_path, "item,who,what,v\n1,a,x,intrinsic\n1,b,x,NULL\n2,a,x,-\n")
    items = read(path, {**LONG, "recode": {"NULL": "no", "-": "-", "*": "yes"}, "missing": ["-"]})
    assert [cell[3] for cell in cells(items)] == ["yes", "no"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",ann,tone,3", "“item”"),
        ("1,,tone,3", "raters is empty"),
        ("1,ann,,3", "criteria is empty"),
    ],
)
def test_bad_rows(tmp_path, row, reason):
    path = csv_file(tmp_path, f"item,who,what,v\n{row}\n")
    with pytest.raises(InputError, match=reason) as caught:
        read(path, LONG)
    assert caught.value.record == "row 2"


def test_an_answer_that_is_a_list(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"item": 1, "who": "a", "what": "x", "v": [1, 2]}))
    with pytest.raises(InputError, match="list or an object"):
        read(path, LONG)


def test_a_column_that_is_not_there(tmp_path):
    path = csv_file(tmp_path, "item,who,what,v\n1,a,x,1\n")
    with pytest.raises(InputError) as caught:
        read(path, {**LONG, "rater": "whom"})
    assert caught.value.hint == "Did you mean “who”?"


def test_wide(tmp_path):
    path = csv_file(tmp_path, "id,rater1,rater2,text\n1,3,4,hello\n2,,5,bye\n")
    mapping = {
        "unit": "id",
        "raters": {"Ann": "rater1", "Bob": "rater2"},
        "criterion": {"const": "tone"},
        "text": "text",
    }
    items = read(path, mapping)
    assert cells(items) == [
        ("1", "Ann", "tone", "3"),
        ("1", "Bob", "tone", "4"),
        ("2", "Bob", "tone", "5"),
    ]
    assert items[0].text == "hello"
    guessed = read(path)
    assert [cell[1] for cell in cells(guessed)] == ["rater1", "rater2", "rater2"]


HOT = {
    "unit": "id",
    "criterion": {"const": "abuse"},
    "raters": {"A": {"one_hot": {"1": "A.1", "0": "A.0", "-1": "A.-1"}}},
}


def test_one_column_a_value(tmp_path):
    path = csv_file(tmp_path, 'id,A.1,A.0,A.-1\n1,1,0,0\n2,,,\n3,"0, 1",0,"1, 0"\n4,0,1.0,0\n')
    items = read(path, HOT)
    assert cells(items) == [
        ("1", "A", "abuse", "1"),
        ("3", "A", "abuse", "-1"),
        ("4", "A", "abuse", "0"),
    ]
    assert "In 1 place one rater read the same row twice" in notes(items)
    assert "1 answer is missing" in notes(items)


@pytest.mark.parametrize(
    ("row", "reason"),
    [("1,1,0", "A marked 1, 0"), ("0,0,0", "A marked none"), ("7,0,0", "neither 0 nor 1")],
)
def test_marks_that_make_no_sense(tmp_path, row, reason):
    path = csv_file(tmp_path, f"id,A.1,A.0,A.-1\n1,{row}\n")
    with pytest.raises(InputError, match=reason):
        read(path, HOT)


def test_a_sheet_of_ratings(tmp_path):
    book = openpyxl.Workbook()
    for row in (["item", "rater", "value"], [1, "ann", 3], [1, "bob", 4]):
        book.active.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert cells(read(path)) == [("1", "ann", "value", 3), ("1", "bob", "value", 4)]


def bench(*instances):
    return {"dataset": "d", "annotations": [{"metric": "safe"}], "instances": list(instances)}


def instance(ident, scores, text="said"):
    return {
        "id": ident,
        "instance": {"prompt": text, "response": "r"},
        "annotations": {"safe": {"individual_human_scores": scores}},
    }


def test_positions_are_not_people(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(bench(instance(1, ["Yes", None, "No"]), instance(2, ["No"]))))
    items = read(path)
    assert cells(items) == [
        ("1", "slot001", "safe", "Yes"),
        ("1", "slot003", "safe", "No"),
        ("2", "slot001", "safe", "No"),
    ]
    assert items[0].text == "prompt: said\n\nresponse: r"
    assert items[0].place == "instances[0]"
    assert "not people" in notes(items)
    assert "1 answer is missing" in notes(items)


def test_slots_in_a_table_are_not_people_either(tmp_path):
    path = csv_file(tmp_path, "item_id,dimension,rater_slot,value\n1,d,slot001,3\n1,d,slot002,4\n")
    assert "not people" in notes(read(path))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (7, "no “id”"),
        (instance(1, ["Yes"]), "there twice"),
        (instance(2, "Yes"), "not a list"),
        ({"id": 3, "annotations": []}, "not an object"),
        (instance(4, [["Yes"]]), "list or an object"),
    ],
)
def test_bad_instances_are_named(tmp_path, bad, reason):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(bench(instance(1, ["Yes"]), bad, instance(9, ["No"]))))
    with pytest.raises(InputError, match=reason) as caught:
        read(path)
    assert caught.value.record == "instances[1]"
    items = read(path, skip_bad=True)
    assert [cell[0] for cell in cells(items)] == ["1", "9"]


@pytest.mark.parametrize("text", ["", "a,b\nx,y\n", '{"a": 1}', "hello"])
def test_what_holds_no_ratings(tmp_path, text):
    with pytest.raises(InputError, match="No ratings were recognised"):
        read(csv_file(tmp_path, text))
