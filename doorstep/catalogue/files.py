"""The shape of a service's files, as pydantic models."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from doorstep.council.queries import Words


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SettingFile(_Part):
    """One setting a council may tune; `since` lists dated values, newest wins."""

    type: Literal["number", "yes_no", "text", "time", "texts"]
    default: Any
    label: Words


class BeforeStep(_Part):
    """One step of how it was done before."""

    who: str
    what: str
    system: str = ""
    minutes: float
    rekeyed: bool = False


class ServiceFile(_Part):
    """service.yaml.

    `needs` says on the start page what to have at hand; `names` are the answers by which a case is
    called on its pages; `send` is the words on the last button, `sent` the confirmation's heading,
    `told` how the person will hear.
    """

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: Words
    summary: Words
    keywords: list[Words]
    team: str
    prefix: str = Field(pattern=r"^[A-Z]{2,3}$")
    lgsl: int
    lgil: int
    channels: list[Literal["online", "telephone", "face to face", "e-mail", "post", "field"]]
    settings: dict[str, SettingFile] = {}
    retention_days: int
    needs: Words
    names: list[str]
    send: Words
    sent: Words
    told: Words
    privacy: Words
    contact_purpose: Words
    unique: dict[Literal["of"], list[str]] = {}
    human: Words
    before: list[BeforeStep]


class QuestionFile(_Part):
    """A question of form.yaml; `options` is a list, or a fact call that finds them."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: str
    label: Words = ""
    hint: Words = ""
    optional: bool = False
    options: str | dict[str, Words] = {}
    max_length: int | None = None
    body: Words = ""
    errors: dict[str, Words] = {}
    contact: Literal["", "name", "email", "phone"] = ""
    short: Words = ""


class CheckFile(_Part):
    """A rule of a check."""

    when: str
    stop: str = ""
    ask: str = ""


class DisputeFile(_Part):
    """How a resident may say that a stop is wrong: the page that asks why, the stage the case begins in."""

    page: str
    stage: str
    offer: Words


class StopFile(_Part):
    """What is said at a stop; staff may override it with a reason unless `override` is false."""

    say: Words
    title: Words = ""
    next: str = "human"
    dispute: DisputeFile | None = None
    override: bool = True


class PageFile(_Part):
    """A page of form.yaml."""

    page: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: Words
    hint: Words = ""
    again: Words = ""
    when: str = ""
    asked_only: bool = False
    questions: list[QuestionFile] = []
    facts: dict[str, str] = {}
    check: list[CheckFile] = []
    unavailable: Literal["ask_person", "go_on"] = "ask_person"


class FormFile(_Part):
    """form.yaml."""

    pages: list[PageFile]
    stops: dict[str, StopFile] = {}


class ReopenFile(_Part):
    """Where a closed case goes when the resident says it is not right, within so many days (a rule)."""

    stage: str
    days: str
    offer: Words


class StageFile(_Part):
    """A stage: its words, what it sets in motion, where outcomes and decisions lead."""

    label: Words
    resident: Words
    do: list[dict[str, dict[str, Any]]] = []
    on: dict[str, str] = {}
    decisions: dict[str, str] = {}
    closes: str = ""
    good: bool = False
    due: str = ""
    reopen: ReopenFile | None = None


class StartFile(_Part):
    """A stage to begin in when a rule holds; without a rule, otherwise."""

    when: str = ""
    stage: str


class EscalateFile(_Part):
    """A mark that a case gets when it is opened, by a rule over answers and facts."""

    when: str
    label: Words


class WorkflowFile(_Part):
    """workflow.yaml.

    `facts` are found once, when a case is opened; `escalate` marks it by them. `replies` are the
    decisions with which an officer writes to the resident, `bulk` those taken for many cases at
    once, which need no reason.
    """

    start: str | list[StartFile]
    due: str = ""
    facts: dict[str, str] = {}
    escalate: dict[str, EscalateFile] = {}
    replies: list[str] = []
    bulk: list[str] = []
    on: dict[str, str] = {}
    corrected: str = ""
    decisions: dict[str, Words] = {}
    stages: dict[str, StageFile]


class Dated(_Part):
    """A council's own value for a setting from a day on."""

    since: date
    value: Any
