"""What a person keeps while reading: bookmarks and notes on traces, and views under a name."""

from dataclasses import dataclass
from typing import Literal

NoteKind = Literal["bookmark", "note"]


@dataclass(frozen=True, slots=True)
class Note:
    """A bookmark or a note of one person.

    Attributes:
        id: to replace or remove it by.
        trace_pk: the trace.
        author: who; nobody else sees it while reviewing.
        kind: a bookmark has no text.
        message: index of the message it stands at; -1 for the trace as a whole.
        part: index of the part in that message; -1 for the message as a whole.
        text: of a note.
        created_at: ISO 8601.
    """

    id: str
    trace_pk: int
    author: str
    kind: NoteKind
    message: int = -1
    part: int = -1
    text: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the traces under a name.

    Attributes:
        address: what it shows, in the words that can be sent to a colleague.
    """

    name: str
    address: str
    author: str
    created_at: str
