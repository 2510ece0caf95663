"""How much of the labelled corpora is found, by kind; run by hand to make the tables of the page:
``python -m tests.real.privacy_accuracy SHARED_DATA``.
"""

import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evaldesk.privacy.detection import Detector

FILES = ("generated_small.json", "synth_dataset_v2.json.gz")
LABELS = {
    "PERSON": "person",
    "ADDRESS": "address",
    "STREET_ADDRESS": "address",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "credit_card",
    "US_SSN": "national_id",
    "IP_ADDRESS": "ip_address",
    "EMAIL_ADDRESS": "email",
    "US_DRIVER_LICENSE": "driving_licence",
    "AGE": "age",
    "ZIP_CODE": "postcode",
    "IBAN_CODE": "iban",
}
"""The corpus's labels → ours; what is not named here is not looked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """Of one kind: labelled spans, those touched by a finding of the kind, those found exactly, and
    findings, those of them that touch a labelled span of the kind.
    """

    kind: str
    labelled: int
    touched: int
    exact: int
    found: int
    right: int

    def markdown(self) -> str:
        return (
            f"| {self.kind} | {self.labelled} | {_rate(self.touched, self.labelled)} | "
            f"{_rate(self.exact, self.labelled)} | {self.found} | {_rate(self.right, self.found)} |"
        )


def wilson(hits: int, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    p = hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _rate(hits: int, n: int) -> str:
    if not n:
        return "–"
    low, high = wilson(hits, n)
    return f"{hits / n:.2f} [{low:.2f}, {high:.2f}]"


def records(folder: Path, name: str) -> list[dict]:  # type: ignore[type-arg]
    path = folder / "labels" / "presidio" / name
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)  # type: ignore[no-any-return]


def measured(given: Iterable[dict]) -> list[Row]:  # type: ignore[type-arg]
    detector = Detector(b"0" * 32)
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("labelled", "touched", "exact", "found", "right")
    }
    for record in given:
        found = detector.in_text(record["full_text"])
        wanted = [
            (span["start_position"], span["end_position"], LABELS[span["entity_type"]])
            for span in record["spans"]
            if span["entity_type"] in LABELS
        ]
        for start, end, kind in wanted:
            same = [one for one in found if one.kind == kind]
            counts["labelled"][kind] += 1
            counts["touched"][kind] += any(one.start < end and start < one.end for one in same)
            counts["exact"][kind] += any((one.start, one.end) == (start, end) for one in same)
        for one in found:
            if one.kind in LABELS.values():
                counts["found"][one.kind] += 1
                counts["right"][one.kind] += any(
                    kind == one.kind and one.start < end and start < one.end
                    for start, end, kind in wanted
                )
    kinds = sorted(counts["labelled"], key=lambda kind: -counts["labelled"][kind])
    return [Row(kind, *(counts[name][kind] for name in counts)) for kind in kinds]


def tables(folder: Path) -> dict[str, list[str]]:
    """Name of the file → the lines of its table."""
    return {name: [row.markdown() for row in measured(records(folder, name))] for name in FILES}


PLANTED = {
    "email": ("you can write to {}", ["m.orsolic{0}@mail.example", "{0}-kvist@sub.host.example"]),
    "phone": (
        "call me on {}",
        ["+49 30 9018{0:02d}5", "(212) 555-23{0:02d}", "020 7946 09{0:02d}"],
    ),
    "national_id": ("my SSN is {}", ["536-22-12{0:02d}", "219-09-99{0:02d}"]),
    "ip_address": ("my address is {}", ["203.0.113.{0}", "198.51.100.{0}"]),
    "birth_date": ("I was born on {}", ["1{0:02d}/5/19{0:02d}"[1:], "May 3, 19{0:02d}"]),
    "address": ("I live at {}", ["{0} Larkspur Lane", "Birkenweg {0}, 10115 Berlin"]),
    "person": ("my name is {}", ["Xenia Orsolic", "Tuva Kvist"]),
    "geo": ("I am at {}", ["52.52{0:02d}1, 13.40{0:02d}7"]),
    "secret": ("the key is {}", ["sk-ant-api03-Ab3dEf6hIj9kLm2nOp5qRs{0:02d}"]),
    "credit_card": ("my card is {}", []),
    "iban": ("my account is {}", []),
}
"""Kind → what a customer would say, and made-up values; cards and IBANs get their check digits."""
EACH = 60


def _values(kind: str) -> list[str]:
    if kind == "credit_card":
        made = []
        for number in range(EACH):
            bare = f"411111{number:09d}"
            total = sum(
                sum(divmod(int(one) * (2 if place % 2 == 0 else 1), 10))
                for place, one in enumerate(reversed(bare))
            )
            made.append(bare + str(-total % 10))
        return made
    if kind == "iban":
        return [
            f"DE{98 - int(f'37040044{number:010d}131400') % 97:02d}37040044{number:010d}"
            for number in range(EACH)
        ]
    forms = PLANTED[kind][1]
    return [forms[number % len(forms)].format(number % 28 + 1) for number in range(EACH)]


def planted(folder: Path) -> list[str]:
    """Lines of a table: how many of the values planted into messages of tau2 traces are found, with
    a sentence that announces them and without.
    """
    path = folder / "traces" / "tau2" / "airline_claude-sonnet-4-5_aide.json.gz"
    content = json.loads(gzip.decompress(path.read_bytes()))
    texts = [
        message["content"]
        for simulation in content["simulations"]
        for message in simulation["messages"]
        if message["role"] == "user" and len(message.get("content") or "") > 60
    ]
    detector = Detector(b"0" * 32)
    lines = []
    for kind, (sentence, _) in PLANTED.items():
        cells = []
        for form in (sentence, "{}"):
            hits = 0
            for number, value in enumerate(_values(kind)):
                text = texts[number % len(texts)]
                cut = text.find(". ") + 1 or len(text)
                before = f"{text[:cut]} {form.split('{}')[0]}"
                whole = f"{before}{value}. {text[cut:]}"
                hits += any(
                    one.kind == kind
                    and one.start <= len(before)
                    and one.end >= len(before) + len(value)
                    for one in detector.in_text(whole)
                )
            cells.append(_rate(hits, EACH))
        lines.append(f"| {kind} | {EACH} | {cells[0]} | {cells[1]} |")
    return lines


if __name__ == "__main__":
    print("\n".join(planted(Path(sys.argv[1]))))
    for file, lines in tables(Path(sys.argv[1])).items():
        print(f"\n{file}\n")
        print("\n".join(lines))
