"""What a pane does with the trace in hand beyond showing it: commands, notes, saving files."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from evaldesk.domain.project import Changes
from evaldesk.domain.reading import Note
from evaldesk.domain.trace import Part
from evaldesk.jobs.runner import JobControl
from evaldesk.services.reading.attachments import decode, file_name
from evaldesk.ui.widgets.rich_text import markdown
from evaldesk.ui.widgets.trace_view.jumps import Jump
from evaldesk.ui.widgets.trace_view.note_bar import NoteBar
from evaldesk.ui.widgets.trace_view.view import TraceView
from evaldesk.ui.widgets.typed_hint import TypedHint

if TYPE_CHECKING:
    from evaldesk.ui.widgets.trace_view.pane import TracePane

_NOTES_AFTER_MS = 150
_LIBRARIES_AFTER_MS = 400
_MOST_SAVED = 512_000_000
_RENDERED = "reading.rendered"
_TIMELINE = "reading.timeline"


class ReadingDesk(QObject):
    """The commands of reading, for one pane.

    Attributes:
        own_only: show nobody else's notes, as while one rates.
        note_bar: where a note is written.

    Signals:
        state_changed(): rendered or raw, timeline or none.
    """

    state_changed = Signal()

    def __init__(self, pane: "TracePane") -> None:
        super().__init__(pane)
        self._pane = pane
        self._workspace = pane.workspace
        self.own_only = False
        self.note_bar = NoteBar()
        self.typed = TypedHint(self._workspace, self.note_bar.field)
        self.note_bar.add_below(self.typed)
        self._wanted: tuple[int, int, int] | None = None
        # Whoever goes from trace to trace waits for the cards, and not for the notes on them.
        self._notes_soon = QTimer(self)
        self._notes_soon.setSingleShot(True)
        self._notes_soon.setInterval(_NOTES_AFTER_MS)
        self._notes_soon.timeout.connect(self.load_notes)
        QTimer.singleShot(_LIBRARIES_AFTER_MS, self, self._bring_libraries)
        self._noting: tuple[int, int, int] | None = None
        settings = self._workspace.settings
        self.rendered = bool(settings.get(_RENDERED, True))
        self.timeline = bool(settings.get(_TIMELINE, False))
        self._watched: set[TraceView] = set()
        self.note_bar.kept.connect(self._keep_note)
        self.note_bar.removed.connect(self._remove_note)
        self._came_from: QWidget | None = None
        self.note_bar.closed.connect(self._go_back)
        self._workspace.project_changed.connect(self._project_changed)
        self._workspace.user_changed.connect(self._another_person)

    def bind(self, widget: QWidget, scope: str) -> None:
        """Carry out a screen's commands of reading."""
        for name, run in self._commands().items():
            self._workspace.actions.bind(widget, f"{scope}.read_{name}", run, self._able)
        self._pane.show_keys(scope)

    def watch(self, view: TraceView) -> None:
        """Look after another view of the pane."""
        if view in self._watched:
            return
        self._watched.add(view)
        view.canvas.rendered = self.rendered
        view.save_wanted.connect(self.save)
        view.note_wanted.connect(lambda kind: self._commands()[_COMMAND_OF[kind]]())

    def arrived(self) -> None:
        """Other traces are in sight."""
        pane = self._pane
        for view in pane.views:
            view.hide_systems, view.hide_scores = pane.hide_systems, pane.hide_scores
        line = pane.single.timeline
        if self.timeline and not pane.is_pair and (line is None or line.isHidden()):
            pane.single.show_timeline()
        self._notes_soon.start()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and pane.pks == wanted[:1]:
            pane.single.reading.go_to_message(*wanted[1:])
            pane.focus_trace()

    def go_once_shown(self, pk: int, message: int, part: int) -> None:
        """Go to a message once its trace is in sight."""
        self._wanted = (pk, message, part)

    def set_own_only(self, own_only: bool) -> None:
        """Show nobody else's notes, or everybody's."""
        if own_only != self.own_only:
            self.own_only = own_only
            self.load_notes()

    def _bring_libraries(self) -> None:
        """What reads Markdown takes a moment to come in, which the first answer should not wait
        for.
        """
        self._workspace.jobs.read(lambda _control: markdown.load(), lambda _none: None)

    def _able(self) -> bool:
        return bool(self._pane.pks)

    def _commands(self) -> dict[str, Callable[[], object]]:
        def jump(what: Jump, step: int) -> Callable[[], object]:
            return lambda: self.jump(what, step)

        made: dict[str, Callable[[], object]] = {
            "hit": lambda: self._hit(1),
            "hit_back": lambda: self._hit(-1),
            "quote": lambda: self.next_quote(1),
            "quote_back": lambda: self.next_quote(-1),
            "quote_cross": self.cross_quote,
            "timeline": self.toggle_timeline,
            "raw": self.toggle_rendered,
            "copy": lambda: self._copy(TraceView.copy_markdown, self.tr("Step copied")),
            "copy_trace": lambda: self._copy(TraceView.copy_trace, self.tr("Trace copied")),
            "copy_json": lambda: self._copy(TraceView.copy_json, self.tr("Message copied")),
            "copy_trace_json": lambda: self._copy(
                TraceView.copy_trace_json, self.tr("Trace copied")
            ),
            "copy_value": lambda: self._copy(TraceView.copy_value, self.tr("Value copied")),
            "copy_path": lambda: self._copy(TraceView.copy_path, self.tr("Path copied")),
            "bookmark": self.toggle_bookmark,
            "write_note": self.write_note,
            "reveal": self._pane.revealing.ask,
        }
        kinds: tuple[Jump, ...] = ("error", "call", "annotation", "note")
        for what in kinds:
            made[what] = jump(what, 1)
            made[f"{what}_back"] = jump(what, -1)
        return made

    # jumps

    def jump(self, what: Jump, step: int) -> None:
        """Go to the next or previous error, call, annotation or note, and say which it is."""
        index, count = self._pane.view.reading.jump(what, step)
        words = {
            "error": (self.tr("No error in this trace"), self.tr("Error {n} of {all}")),
            "call": (self.tr("No tool call in this trace"), self.tr("Tool call {n} of {all}")),
            "annotation": (
                self.tr("No annotation of another tool"),
                self.tr("Annotation {n} of {all}"),
            ),
            "note": (self.tr("No bookmark or note in this trace"), self.tr("Mark {n} of {all}")),
        }
        none, some = words[what]
        self._workspace.say(some.format(n=index, all=count) if count else none)

    def next_quote(self, step: int) -> None:
        """Go to the next or previous quote of a document in the answer."""
        index, count = self._pane.view.reading.next_quote(step)
        if count:
            self._workspace.say(self.tr("Quote {n} of {all}").format(n=index, all=count))
        else:
            self._workspace.say(self.tr("The answer quotes no document"))

    def cross_quote(self) -> None:
        """From the quote in the answer to the document, and back."""
        if not self._pane.view.reading.cross_quote():
            self._workspace.say(self.tr("The answer quotes no document"))

    def _hit(self, step: int) -> None:
        if self._pane.find_bar.isVisible():
            self._pane.step_hit(step)
        else:
            self._pane.open_find()

    # how it is shown

    def toggle_rendered(self) -> None:
        """Markdown and JSON as such, or as they came; kept for the next trace."""
        self.rendered = not self.rendered
        self._workspace.settings.put(_RENDERED, self.rendered)
        for view in self._pane.views:
            view.set_rendered(self.rendered)
        said = self.tr("Rendered") if self.rendered else self.tr("As it came")
        self._workspace.say(said)
        self.state_changed.emit()

    def toggle_timeline(self) -> None:
        """Show the timeline with the focus in it; from within it, hide it."""
        view = self._pane.single
        if self._pane.is_pair:
            self._workspace.say(self.tr("The timeline is shown beside one trace alone"))
            return
        line = view.timeline
        if line is not None and line.isVisible() and line.hasFocus():
            view.show_timeline(False)
            self.timeline = False
            view.canvas.setFocus()
        elif view.show_timeline():
            self.timeline = True
            assert view.timeline is not None
            view.timeline.setFocus()
        else:
            self._workspace.say(self.tr("Nothing in this trace says how long anything took"))
            return
        self._workspace.settings.put(_TIMELINE, self.timeline)
        self.state_changed.emit()

    def _copy(self, copy: Callable[[TraceView], str], said: str) -> None:
        text = copy(self._pane.view)
        self._workspace.say(said if text else self.tr("Nothing to copy here"))

    # files

    def save(self, part: Part) -> None:
        """Ask where to, and write what a part holds."""
        self._workspace.prompts.ask_save_file(
            self.tr("Save what is attached"),
            file_name(part),
            self.tr("All files (*)"),
            lambda path: self._write(part, path),
        )

    def _write(self, part: Part, path: Path) -> None:
        def work(_control: JobControl) -> bool:
            data = decode(part, _MOST_SAVED)
            if data is None:
                return False
            path.write_bytes(data)
            return True

        def done(written: bool) -> None:
            if written:
                self._workspace.say(self.tr("Saved as {name}").format(name=path.name))
            else:
                self._workspace.say(self.tr("What is attached cannot be read"))

        self._workspace.jobs.read(work, done, self._workspace.report)

    # bookmarks and notes

    def _another_person(self) -> None:
        self.load_notes()

    def load_notes(self) -> None:
        """Read what stands on the traces in sight."""
        project = self._workspace.project
        pks = self._pane.pks
        if project is None or not pks or not hasattr(project, "notes"):
            return
        person, read = self._workspace.user, project.notes.of_trace
        author = person if self._blind else ""
        if self._blind and not person:
            self._show_notes(pks, [[] for _ in pks])
            return
        self._workspace.jobs.read(
            lambda _control: [read(pk, author) for pk in pks],
            lambda notes: self._show_notes(pks, notes),
            key=f"notes-{id(self)}",
        )

    @property
    def _blind(self) -> bool:
        return self.own_only or self._pane.hide_scores or self._pane.hide_systems

    def _show_notes(self, pks: tuple[int, ...], notes: list[list[Note]]) -> None:
        if pks != self._pane.pks:
            return
        for view, its in zip(self._pane.shown_views(), notes, strict=False):
            if its or view.reading.notes:
                view.reading.show_notes(its, self._workspace.user)

    def toggle_bookmark(self) -> None:
        """Set a bookmark at the current card, or take it away."""
        self._workspace.with_user(self._toggle_bookmark)

    def _toggle_bookmark(self) -> None:
        where = self._where()
        if where is None:
            return
        pk, message, part = where
        person = self._workspace.user
        there = self._pane.view.reading.note_here(person, "bookmark")
        project = self._workspace.project
        assert project is not None
        notes = project.notes
        if there is not None:
            self._change(lambda: notes.remove(there), self.tr("Bookmark taken away"))
        else:
            self._change(
                lambda: notes.add(pk, person, "bookmark", message=message, part=part),
                self.tr("Bookmark set"),
            )

    def write_note(self) -> None:
        """Write a note at the current card, or change the person's own."""
        self._workspace.with_user(self._write_note)

    def _write_note(self) -> None:
        self._noting = self._where()
        if self._noting is None:
            return
        view = self._pane.view
        there = view.reading.note_here(self._workspace.user, "note")
        step = view.current_step
        number = view.reading.steps[step].number if 0 <= step < len(view.reading.steps) else 0
        self._came_from = QApplication.focusWidget()
        title = self.tr("Note on step {n}").format(n=number) if number else self.tr("Note")
        self.note_bar.open_bar(title, there)
        canvas = view.canvas  # lower now, by the bar
        QTimer.singleShot(0, canvas, lambda: canvas.reveal(canvas.current))

    def _go_back(self) -> None:
        """Give the keys back to what had them before the note was written."""
        came_from, self._came_from = self._came_from, None
        if came_from is not None and isValid(came_from) and came_from.isVisible():
            came_from.setFocus()
        else:
            self._pane.focus_trace()

    def _keep_note(self, text: str) -> None:
        project = self._workspace.project
        if project is None or self._noting is None:
            return
        canvas = self._pane.view.canvas
        card = canvas.cards[canvas.current] if canvas.current >= 0 else None
        if card is not None and card.foldable and not card.open:
            canvas.toggle(canvas.current)  # or what was just written would not be seen
        pk, message, part = self._noting
        before, person, notes = self.note_bar.note, self._workspace.user, project.notes

        def write() -> object:
            if before is not None:
                return notes.replace(before, text)
            return notes.add(pk, person, "note", message=message, part=part, text=text)

        self._change(write, self.tr("Note kept"))

    def _remove_note(self) -> None:
        project, note = self._workspace.project, self.note_bar.note
        if project is not None and note is not None:
            notes = project.notes
            self._change(lambda: notes.remove(note), self.tr("Note taken away"))

    def _change(self, write: Callable[[], object], said: str) -> None:
        def done(_result: object) -> None:
            self._workspace.say(said)
            self._workspace.changed(Changes.of("notes"))

        self._workspace.jobs.write(lambda _control: write(), done)

    def _where(self) -> tuple[int, int, int] | None:
        """Trace, message and part of the current card."""
        view = self._pane.view
        if view.trace is None or self._workspace.project is None:
            return None
        message, part = view.reading.place
        return view.trace.row.pk, message, part

    def _project_changed(self, changes: Changes, _origin: str) -> None:
        if "notes" in changes.areas:
            self.load_notes()


_COMMAND_OF = {"bookmark": "bookmark", "note": "write_note"}
