"""What a command is."""

from dataclasses import dataclass

from evaldesk.domain.identity import Role

GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command.

    Attributes:
        id: ``screen.verb``, such as ``review.submit``.
        text: what the palette and the shortcut sheet say, in English; translated where shown.
        shortcuts: keys as Qt spells them (``Ctrl+Return``, ``1``); empty for none.
        scope: ``global``, or the id of the screen where it holds.
        group: heading within the shortcut sheet; empty for none.
        least: the least role that has it, where that is more than its screen's.
        palette: whether the palette offers it (digits that answer a question need not be there).
    """

    id: str
    text: str
    shortcuts: tuple[str, ...] = ()
    scope: str = GLOBAL
    group: str = ""
    palette: bool = True
    least: Role = "reviewer"
