"""A service, read and checked: what the rest of the house works with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.catalogue.files import ServiceFile
from doorstep.forms.form import Form
from doorstep.forms.rules.parse import FactCall
from doorstep.forms.rules.rule import Rule


@dataclass(frozen=True)
class Doing:
    """One step that a stage sets in motion: rules for its values, plain words for the rest."""

    step: str
    rules: Mapping[str, Rule]
    words: Mapping[str, object]
    # Whether each of its rules could be read; others are met by the checker alone.
    is_whole: bool = True
    # Which line of its list says it.
    number: int = 0


@dataclass(frozen=True)
class Reopen:
    """Where a closed case goes when the resident disagrees, within how many days, and the offer's words."""

    stage: str
    days: Rule
    offer: str


@dataclass(frozen=True)
class Choice:
    """What a resident may choose, until when, and what is said first."""

    stage: str
    offer: str
    sure: str
    until: Rule | None
    undo: bool = False
    # What is said once that moment is past.
    late: str = ""


@dataclass(frozen=True)
class Change:
    """Which pages of its form a case may be changed by, until when, where that leads, and what it is called."""

    pages: tuple[str, ...]
    stage: str
    offer: str
    until: Rule | None
    late: str
    values: tuple[tuple[str, Rule], ...]


@dataclass(frozen=True)
class Stage:
    """Where a case may stand; `on` leads from an outcome to a stage."""

    id: str
    label: str
    resident: str
    do: tuple[Doing, ...]
    on: Mapping[str, str]
    decisions: Mapping[str, str]
    closes: str
    good: bool = False
    due: Rule | None = None
    reopen: Reopen | None = None
    facts: tuple[tuple[str, FactCall], ...] = ()
    values: tuple[tuple[str, Rule], ...] = ()
    choices: Mapping[str, Choice] = field(default_factory=dict)
    change: Change | None = None
    # Whether what is under way is taken back on the way in.
    undo: bool = False
    # Whether its sentence is true only while a case stands here.
    passing: bool = False
    # Whether the workflow's general outcomes lead no further from here.
    final: bool = False
    # Whether every service has it without saying so.
    is_built_in: bool = False
    # The answer as a heading, and what is still to come: what, and when.
    headline: str = ""
    ahead: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Escalation:
    """A mark a case gets when its rule holds at the opening."""

    flag: str
    rule: Rule
    label: str


@dataclass(frozen=True)
class Workflow:
    """All stages; `on` holds for every stage that does not say otherwise.

    `start` are pairs of a rule (or none) and a stage: the first that holds is where a case begins.
    """

    start: tuple[tuple[Rule | None, str], ...]
    due: Rule | None
    stages: Mapping[str, Stage]
    on: Mapping[str, str]
    decisions: Mapping[str, str]
    corrected: str
    facts: tuple[tuple[str, FactCall], ...] = ()
    escalate: tuple[Escalation, ...] = ()
    # Held while the form is filled in.
    reserve: tuple[Doing, ...] = ()
    replies: frozenset[str] = frozenset()
    bulk: frozenset[str] = frozenset()
    # Decisions that take back nothing of what is under way.
    goes_on: frozenset[str] = frozenset()
    # What choices and decisions ask first, by their names.
    asks: Mapping[str, Doing] = field(default_factory=dict)

    def leads_on(self, stage: Stage, outcome: str) -> str | None:
        """Return the stage that an outcome leads to from another, or nothing."""
        return stage.on.get(outcome) or (None if stage.final else self.on.get(outcome))


@dataclass(frozen=True)
class Public:
    """What anyone may see of a case, by question; text and photos at once only where their rule holds."""

    name: str
    what: tuple[str, ...]
    text: tuple[str, ...]
    photos: tuple[str, ...]
    text_when: Rule | None
    photos_when: Rule | None


@dataclass(frozen=True)
class Text:
    """A message: subject and body with placeholders."""

    subject: str
    body: str


@dataclass(frozen=True)
class Service:
    """A definition ready to use."""

    digest: str
    about: ServiceFile
    form: Form
    workflow: Workflow
    messages: Mapping[str, Text]
    examples: tuple[Mapping[str, object], ...]
    public: Public | None = None

    @property
    def slug(self) -> str:
        """Return the service's slug."""
        return self.about.slug

    @property
    def is_online(self) -> bool:
        """Say whether residents may fill it in by themselves; otherwise it is asked for in other ways alone."""
        return "online" in self.about.channels
