"""A service, read and checked: what the rest of the house works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.catalogue.files import ServiceFile
from doorstep.forms.form import Form
from doorstep.forms.rules.rule import Rule


@dataclass(frozen=True)
class Doing:
    """One step that a stage sets in motion: rules for its values, plain words for the rest."""

    step: str
    rules: Mapping[str, Rule]
    words: Mapping[str, object]


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


@dataclass(frozen=True)
class Workflow:
    """All stages; `on` holds for every stage that does not say otherwise."""

    start: str
    due: Rule | None
    stages: Mapping[str, Stage]
    on: Mapping[str, str]
    decisions: Mapping[str, str]
    corrected: str


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

    @property
    def slug(self) -> str:
        """Return the service's slug."""
        return self.about.slug
