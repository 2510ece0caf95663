"""Reading what is hard to read: how long each frame takes.

    python -m tests.benchmarks.reading

Traces are made here: five megabytes of log, of JSON in one line and of Markdown, two thousand
messages, five thousand spans nested two hundred deep, and scripts of every direction. A frame is
from the scroll bar's or a key's event to the end of the paint; all in a view of 900 × 900 pixels.
“Processor” is what this thread computed, which other work on the machine disturbs least.
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea

from evaldesk.app.compose import application
from evaldesk.domain.trace import Scenario, Trace, TraceRow
from evaldesk.ui.theme.apply import apply
from evaldesk.ui.theme.tokens import LIGHT
from evaldesk.ui.widgets.trace_view import TraceView, folding
from evaldesk.ui.widgets.trace_view.folding import Part
from tests.benchmarks.measure import late, peak_megabytes

FRAMES = 200

MARKDOWN = """## Refunds in {n}

Here is **what I found** about *order* `#W{n}`, see [the policy](https://example.com/{n}):

1. the *lamp* is ~~returnable~~ sold for good
2. the **desk** can be returned
   - within 30 days
   - in its box

> Customers may cancel a whole order,
> not single items.

```python
def refund(order: str, *, dry_run: bool = True) -> float:
    return 0.0 if dry_run else sum(item.price for item in ORDERS[order]) * 0.9  # euros
```

| Item | Price | Returnable |
|:-----|------:|:----------:|
| Lamp | 19.99 | no |
| Desk | 249.00 | **yes** |

"""
SCRIPTS = """שלום עולם, זה טקסט בעברית עם English בתוכו ומספר 42.

مرحبا بالعالم، هذا نص عربي طويل يكفي لكسر السطر.

日本語のテキストは単語の間に空白がなくても、行の終わりで折り返されます。繁體中文也一樣。

한국어 문장과 emoji 🎉👩‍👩‍👧‍👦🇫🇷 and e\u0301 accents.

"""


def text(content: str) -> dict[str, Any]:
    """A part."""
    return {"type": "text", "content": content}


def message(role: str, *parts: Any, **more: Any) -> Any:
    """A message."""
    return {"role": role, "parts": list(parts), **more}


def tool(result: Any) -> list[Any]:
    """A call and its result."""
    call = {"type": "tool_call", "id": "1", "name": "read", "arguments": {"path": "x"}}
    response = {"type": "tool_call_response", "id": "1", "response": result}
    return [message("assistant", call), message("tool", response)]


def trace(messages: Sequence[Any], **body: Any) -> Trace:
    """A trace of these messages."""
    row = TraceRow(
        1, "0" * 64, "s", "t", "r", "m", 0, "ok", "", {}, {}, None, None, None, None, "", "", ""
    )
    whole: Any = {"messages": list(messages), **body}
    return Trace(row, Scenario("s", "x"), "0" * 64, whole, {})


def spans() -> list[Any]:
    """Two hundred within one another, and thousands beside them."""
    made = []
    for number in range(5000):
        deep = number < 200
        parent = number - 1 if deep else number % 200
        one = {
            "id": f"s{number}",
            "name": f"operation {number}",
            "kind": ("llm", "tool", "chain", "retriever")[number % 4],
            "started_at": f"2026-01-01T00:{number // 100 % 60:02}:{number % 60:02}Z",
            "latency_ms": 20_000.0 if deep else 350.0,
            "tokens_in": number,
            "tokens_out": 7,
            "message": number % 2000,
        }
        made.append({**one, **({"parent": f"s{parent}"} if number else {})})
    return made


def documents(answer: str) -> list[Any]:
    """Fifty of ten kilobytes; the answer quotes some."""
    draw = random.Random(5)
    words = answer.split()
    made = []
    for rank in range(1, 51):
        drawn = draw.choices(words, k=1500)
        at = draw.randrange(max(1, len(words) - 12))
        drawn[700:712] = words[at : at + 12]
        made.append({"content": " ".join(drawn), "rank": rank, "score": 1 / rank, "title": "Doc"})
    return made


class Reader:
    """A view in which frames are timed."""

    def __init__(self) -> None:
        apply(application(), LIGHT)
        self.view = TraceView(LIGHT)
        self.view.resize(900, 900)
        self.view.show()
        QTest.qWaitForWindowExposed(self.view)
        self.view.canvas.setFocus()
        self.work: list[float] = []

    def timed(self, act: Callable[[], object], area: QAbstractScrollArea | None = None) -> float:
        """Seconds of an act and the paint after it."""
        viewport = (area or self.view.canvas).viewport()
        begun, worked = time.perf_counter(), time.thread_time()
        act()
        viewport.repaint()
        self.work.append(time.thread_time() - worked)
        return time.perf_counter() - begun

    def opened(self, shown: Trace) -> float:
        """Seconds until a trace is painted."""
        return self.timed(lambda: self.view.show_trace(shown))

    def scrolled(self, area: QAbstractScrollArea | None = None) -> list[float]:
        """Frames down by the page, and to anywhere."""
        bar = (area or self.view.canvas).verticalScrollBar()
        draw = random.Random(3)
        bar.setValue(0)
        taken = []
        self.work.clear()
        for number in range(FRAMES):
            if number % 2:
                goal = draw.randrange(bar.maximum() + 1)
            else:
                goal = bar.value() + bar.pageStep()
            taken.append(self.timed(lambda goal=goal: bar.setValue(goal), area))
        return taken

    def open_all(self) -> tuple[float, float]:
        """Open every card, and every long text to its end: seconds until the window answers again,
        and until all is there.
        """
        canvas = self.view.canvas
        begun = time.perf_counter()

        def act() -> None:
            for row, card in enumerate(canvas.cards):
                for index, section in enumerate(card.sections if card is not None else ()):
                    if section.folds is not None and section.folds.any_closed():
                        folding.set_json(card, index, True)
                        canvas.refold(row)
                    if (
                        section.in_sight
                        and not section.heavy
                        and section.long
                        and not section.whole
                    ):
                        canvas.toggle_part(row, Part(index, "more"))

        canvas.open_all(True)
        self._wait()
        blocked = self.timed(act)
        self._wait()
        act()  # what was long only once it was laid out
        self._wait()
        return blocked, time.perf_counter() - begun

    def _wait(self) -> None:
        """Until nothing is laid out beside the window any more."""
        QTest.qWait(1)
        while self.view.canvas.preparing:
            QTest.qWait(5)
        QTest.qWait(5)


def told(seconds: Sequence[float]) -> str:
    """Median, 95th percentile and longest, in milliseconds."""
    middle, last, worst = statistics.median(seconds), late(seconds), max(seconds)
    return f"{middle * 1000:.1f}, 95th {last * 1000:.1f}, longest {worst * 1000:.0f} ms"


def run() -> Iterator[str]:
    """One line a figure."""
    reader = Reader()
    reader.opened(trace([message("assistant", text(MARKDOWN))]))  # brings the libraries in
    log = "\n".join(f"{n:06d} GET /orders/{n} 200 {n % 97} ms {'x' * 30}" for n in range(81_000))
    data = json.dumps(
        {"rows": [{"id": n, "name": f"n {n}", "tags": ["a"]} for n in range(110_000)]}
    )
    long_markdown = "".join(MARKDOWN.format(n=n) for n in range(5_000_000 // len(MARKDOWN)))
    many = [
        message(
            ("user", "assistant")[n % 2], text(MARKDOWN.format(n=n) if n % 4 == 1 else "Yes. " * 30)
        )
        for n in range(2000)
    ]
    answer = " ".join(f"w{n % 977}" for n in range(2000))
    cases: list[tuple[str, Trace]] = [
        (f"log, {len(log) / 1e6:.1f} MB", trace(tool(log))),
        (f"JSON in one line, {len(data) / 1e6:.1f} MB", trace(tool(data))),
        ("one line of 5 MB", trace(tool("word " * 1_000_000))),
        ("Markdown, 5.0 MB", trace([message("assistant", text(long_markdown))])),
        ("2,000 messages", trace(many)),
        ("right to left, CJK, emoji", trace([message("assistant", text(SCRIPTS * 400))])),
        ("50 documents", trace([message("assistant", text(answer))], documents=documents(answer))),
    ]
    for name, one in cases:
        shown = reader.opened(one)
        blocked, whole = reader.open_all()
        yield (
            f"{name:<26} shown {shown * 1000:.0f} ms; opened to its end: window blocked "
            f"{blocked * 1000:.0f} ms, there after {whole * 1000:.0f} ms; frame "
            f"{told(reader.scrolled())}; processor {told(reader.work)}"
        )
    one = trace(many, spans=spans())
    reader.opened(one)
    begun = reader.timed(reader.view.show_timeline)
    line = reader.view.timeline
    assert line is not None
    yield (
        f"{'5,000 spans, 200 deep':<26} shown {begun * 1000:.0f} ms; frame "
        f"{told(reader.scrolled(line))}; processor {told(reader.work)}"
    )
    line.setFocus()
    reader.work.clear()
    keys = [
        reader.timed(lambda: QTest.keyClick(line, Qt.Key.Key_Down), line) for _ in range(FRAMES)
    ]
    yield f"{'arrow in the timeline':<26} frame {told(keys)}; processor {told(reader.work)}"
    yield f"peak memory {peak_megabytes():.0f} MB"


if __name__ == "__main__":
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    for line in run():
        print(line, flush=True)
