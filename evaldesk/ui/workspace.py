"""What screens are given: the project, the jobs, the person, the commands. No widgets here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.encryption import KeyHolder
from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.identity import ROLES, Role
from evaldesk.domain.project import Changes
from evaldesk.jobs.runner import JobControl, JobRunner
from evaldesk.settings import Settings
from evaldesk.settings.store import Theme
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import Prompts
from evaldesk.ui.theme.tokens import LIGHT, Tokens

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity
    from evaldesk.services.projects.roles import Place
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """Something the palette found: where it leads is a screen and a place in it."""

    title: str
    detail: str
    screen: str
    place: dict[str, Any]


class PaletteProvider(Protocol):
    """Finds more than commands and screens. Called on a reader's thread."""

    def __call__(
        self, project: "Project", text: str, limit: int, control: JobControl
    ) -> Sequence[PaletteEntry]: ...


class Vault(Protocol):
    """Locks the project, and changes what opens it. Each asks the person what it needs."""

    holders_changed: Any
    watch: Any

    @property
    def can_lock(self) -> bool: ...
    def lock(self) -> bool: ...
    def idle_changed(self) -> None: ...
    def encrypt(self) -> None: ...
    def decrypt(self) -> None: ...
    def change_passphrase(self) -> None: ...
    def add_holder(self) -> None: ...
    def remove_holder(self, holder: KeyHolder) -> None: ...
    def new_code(self) -> None: ...
    def add_card(self) -> None: ...


class KeyRing(Protocol):
    """This person's own keys, for as long as the window is open."""

    changed: Any

    @property
    def signed(self) -> bool: ...
    def openers(self) -> "tuple[Callable[[bytes], bytes], ...]": ...
    def use(self, what: str, then: "Callable[[Identity], object]", name: str = "") -> None: ...
    def make(self, then: "Callable[[Identity], object]") -> None: ...
    def addressed(self, path: Path, then: "Callable[[Identity], object]") -> None: ...


class Workspace(QObject):
    """One open window's world.

    Attributes:
        project: the open project, or None.
        jobs: work off this thread.
        settings: what the person prefers.
        actions: every command.
        prompts: questions to the person.
        vault: what encrypts and locks; the window sets it. keys: this person's own, likewise.
        place: what the person is to the open project, which says what is offered.
        palette_providers: what the palette searches besides commands and screens.
        unblinded: (person, rubric) for whom others' answers were opened on purpose, until the
            project is closed. ``unveiled``: (person, round) for whom systems and scores were.

    Signals:
        project_opened(), project_closed(): ``project`` was set or is None now.
        project_changed(changes, origin): a write was done; origin names who did it.
        user_changed(name), theme_changed().
        role_changed(): what is offered may be more or less than before.
        navigated(screen_id, place): the shell goes there.
        said(text): a short message for the status bar. saved(): something was kept just now.
        reported(error): the shell shows it.
        theme_wanted(theme): the person chose ``system``, ``light`` or ``dark``.
        sizes_wanted(chosen): other type or density, by the names of `ThemeKeeper.resize`.
        quiet_wanted(quiet): only the screen in sight, or everything round it again.
        user_wanted(then): somebody is about to decide something and has not said who they are.
    """

    project_opened = Signal()
    project_closed = Signal()
    project_changed = Signal(object, str)
    user_changed = Signal(str)
    role_changed = Signal()
    theme_changed = Signal()
    navigated = Signal(str, object)
    said = Signal(str)
    saved = Signal()
    reported = Signal(object)
    user_wanted = Signal(object)
    theme_wanted = Signal(str)
    quiet_wanted = Signal(bool)
    sizes_wanted = Signal(object)

    def __init__(
        self,
        jobs: JobRunner,
        settings: Settings,
        actions: ActionRegistry,
        prompts: Prompts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.settings = settings
        self.actions = actions
        self.prompts = prompts
        self.vault: Vault | None = None
        self.keys: KeyRing | None = None
        self.place: Place | None = None
        self.palette_providers: list[PaletteProvider] = []
        self.unblinded: set[tuple[str, str]] = set()
        self.unveiled: set[tuple[str, str]] = set()
        self._project: Project | None = None
        self._tokens = LIGHT
        self._user = settings.user
        jobs.faulted.connect(self.report)

    @property
    def project(self) -> "Project | None":
        """The open project, or None."""
        return self._project

    def set_project(self, project: "Project | None") -> None:
        """Put a project in place of the one before. Closing that one is the caller's job."""
        self.jobs.cancel_reads()
        self.unblinded.clear()
        self.unveiled.clear()
        if self._project is not None:
            self._project = None
            self.project_closed.emit()
        self._project = project
        self._look_who_works()
        if project is not None:
            self.project_opened.emit()
        else:
            self.role_changed.emit()

    @property
    def tokens(self) -> Tokens:
        """The theme's colours."""
        return self._tokens

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme; the shell has applied it already."""
        if tokens != self._tokens:
            self._tokens = tokens
            self.theme_changed.emit()

    def choose_theme(self, theme: Theme) -> None:
        """Look like this from now on."""
        self.theme_wanted.emit(theme)

    def choose_sizes(self, **chosen: Any) -> None:
        """Have type of these sizes, or this density, from now on."""
        self.sizes_wanted.emit(chosen)

    @property
    def role(self) -> Role:
        """What the person is to the open project; without one nothing is kept from anybody."""
        return "owner" if self.place is None else self.place.role

    def may(self, least: Role) -> bool:
        """Whether the person's role is at least this one."""
        return ROLES.index(self.role) <= ROLES.index(least)

    def look_at_role(self) -> None:
        """Whom the project trusts has changed."""
        before = self.place
        self._look_who_works()
        if self.place != before:
            self.role_changed.emit()

    def _look_who_works(self) -> None:
        """The name and role of whoever sits here. A project that was made of a package has one
        rater, whose name holds in it whatever the person is called otherwise.
        """
        self.place = None
        name = self.settings.user
        if self._project is not None:
            from evaldesk.services.projects.roles import place_of

            self.place = place_of(self._project, name)
            self._look_as()
            name = self.place.rater or name
        if name != self._user:
            self._user = name
            self.user_changed.emit(name)

    def _look_as(self) -> None:
        """Lay over the traces what the person's role has them read through."""
        if self._project is not None:
            from evaldesk.services.privacy.sight import look_as

            look_as(self._project, self.role)

    @property
    def user(self) -> str:
        """The name that ratings and rulings are kept under."""
        return self._user

    def set_user(self, name: str) -> None:
        """Be somebody else from now on; not within a project that was made of a package."""
        name = " ".join(name.split())
        if not name:
            return
        if self.place is not None and self.place.of_package and name != self._user:
            self.report(
                NotAllowedError(
                    f"This project was made of a package for {self.place.rater}.",
                    "What you do in it goes back under that name; it cannot be another one here.",
                )
            )
            return
        self.settings.put("user", name)
        if name != self._user:
            self._user = name
            self.look_at_role()
            self.user_changed.emit(name)

    def with_user(self, then: Callable[[], object]) -> None:
        """Go on once the person has said who they are: at once, but for the very first time."""
        if self.settings.user_was_chosen or (self.place is not None and self.place.of_package):
            then()
        else:
            self.user_wanted.emit(then)

    def veiled_by(self) -> str:
        """The round that systems and scores are kept from this person for; empty for none. Asks
        the disk, which takes a moment only where there are rounds.
        """
        if self._project is None:
            return ""
        from evaldesk.services.labelling.blinding import veiled_by

        return veiled_by(self._project, self._user, frozenset(self.unveiled))

    def navigate(self, screen_id: str, **place: Any) -> None:
        """Go to a screen, and to a place in it such as ``trace=17``."""
        self.navigated.emit(screen_id, place)

    def report(self, error: BaseException) -> None:
        """Show an error: what a person can mend in a banner, anything else as a fault."""
        self.reported.emit(error)

    def changed(self, changes: Changes, origin: str = "") -> None:
        """Tell the screens what a write changed, and the status bar that it is kept."""
        self.saved.emit()
        if "privacy" in changes.areas:
            self._look_as()
        self.project_changed.emit(changes, origin)

    def say(self, text: str) -> None:
        """A short message in the status bar, such as “Copied 12 rows”."""
        self.said.emit(text)
