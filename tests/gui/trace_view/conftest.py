"""Traces to look at, and a workspace that does everything at once."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from evaldesk.domain.trace import Scenario, Score, Trace, TraceRow
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.theme.tokens import LIGHT
from evaldesk.ui.widgets.trace_view import TraceView
from evaldesk.ui.workspace import Workspace
from tests.only_traces import only_traces


def text(content):
    return {"type": "text", "content": content}


def message(role, *parts, **more):
    return {"role": role, "parts": list(parts), **more}


def call(name, arguments, id="1"):
    return {"type": "tool_call", "id": id, "name": name, "arguments": arguments}


def response(value, id="1", **more):
    return {"type": "tool_call_response", "id": id, "response": value, **more}


def trace(messages, *, pk=1, system="model-x", expected="", scores=None, error="", **body):
    row = TraceRow(
        pk,
        f"{pk:064x}",
        "RET-1",
        "A title",
        "run-1",
        system,
        0,
        "error" if error else "ok",
        "critical",
        {"language": "en"},
        {name: score.value for name, score in (scores or {}).items()},
        8400.0,
        3000,
        112,
        0.12,
        "",
        error,
        "",
    )
    scenario = Scenario("RET-1", "x", expected=expected)
    whole: Any = {"messages": messages, **body}
    return Trace(row, scenario, "s" * 64, whole, scores or {})


SUPPORT = [
    message("system", text("Be kind and brief.")),
    message("user", text("I want to cancel the lamp and the desk, but please keep the chair.")),
    message("assistant", call("get_order", {"order_id": "#W26"}), latency_ms=300.0),
    message("tool", response({"items": ["lamp", "desk", "chair"], "status": "pending"})),
    message(
        "assistant",
        {"type": "reasoning", "content": "Only whole orders can be cancelled."},
        text("Cancelling applies to the whole order. Shall I go on?"),
    ),
    message("user", text("No, only the two.")),
    message("assistant", text("I cannot remove single items. I have left it unchanged.")),
]
OTHER = [
    *SUPPORT[:4],
    message("assistant", text("Cancelling applies to the lamp and the desk. Shall I go on?")),
    message("assistant", call("cancel_order", {"order_id": "#W26"}, "2")),
    message("tool", response("cancelled, 3 items", "2")),
    message("assistant", text("Done. The lamp and the desk are cancelled.")),
]
TOOLS = [{"name": "get_order", "description": "Reads an order", "parameters": {}}]


@pytest.fixture
def support():
    return trace(
        SUPPORT,
        tools=TOOLS,
        expected="Keeps the chair.",
        scores={"pass": Score(1.0, explanation="All was kept.")},
        documents=[
            {"content": "Whole orders only.", "title": "Cancelling", "score": 0.91},
            {"content": "Chairs are furniture.", "title": "Furniture", "score": 0.4},
        ],
        metadata={"temperature": 0.2},
    )


@pytest.fixture
def other():
    return trace(OTHER, pk=2, system="model-y", tools=TOOLS, expected="Keeps the chair.")


@pytest.fixture
def view(qtbot):
    made = TraceView(LIGHT)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    made.canvas.setFocus()
    return made


@pytest.fixture
def workspace(qapp, tmp_path, support, other):
    """With a project that has two traces."""
    settings = Settings(tmp_path / "settings.json")
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    traces = {1: support, 2: other}
    made.set_project(only_traces(lambda pk: traces[pk]))
    yield made
    made.jobs.shutdown()


@pytest.fixture(autouse=True)
def faults(monkeypatch):
    """What a slot raised, which Qt only prints."""
    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []


@pytest.fixture
def make():
    """What tests build their own traces from."""
    return SimpleNamespace(
        text=text, message=message, call=call, response=response, trace=trace, support=SUPPORT
    )
