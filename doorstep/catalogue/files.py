"""The shape of a service's files, as pydantic models; their descriptions reach an officer's editor.

A field added here needs a default: versions that were published before must still build.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from doorstep.catalogue.channels import Channel
from doorstep.council.spoken import Words


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SettingFile(_Part):
    """One setting that each council may tune."""

    type: Literal["number", "money", "yes_no", "text", "time", "texts", "table"] = Field(
        description='number: a whole number. money: pence, a whole number; 2500 is £25. yes_no: true or false. text. time: such as "18:00", in quotes. texts: a list of texts. table: a list of rows.'
    )
    columns: dict[str, Literal["number", "money", "yes_no", "text", "words", "time"]] = Field(
        {},
        description="For a table: each column's type. `words` residents read: a text, or {en: …, cy: …}.",
    )
    default: Any = Field(description="The value where a council gives none of its own.")
    label: Words = Field(description="What the setting means, in words an officer reads.")


class BeforeStep(_Part):
    """One step of how it was done before, so that the gain can be shown."""

    who: str = Field(description="Who did it, such as adviser.")
    what: str = Field(description="What they did, such as Keys it into the waste system.")
    system: str = Field("", description="The system it was done in.")
    minutes: float = Field(description="How long it took, in minutes.")
    rekeyed: bool = Field(
        False, description="true where something already written was typed again."
    )


class PublicFile(_Part):
    """What anyone may see of a case once it is published (step `publish`); never who asked."""

    name: Words = Field(description="What it is called in lists of reports, such as Broken bench.")
    what: list[str] = Field(
        [], description="Questions of choice whose answers are shown at once: [kind]."
    )
    text: list[str] = Field(
        [],
        description="Questions of free text; shown once an officer says so, or `text_when` holds.",
    )
    photos: list[str] = Field(
        [],
        description="Questions of photos; shown once an officer says so, or `photos_when` holds.",
    )
    text_when: str = Field("", description="A rule by which the text is shown at once.")
    photos_when: str = Field("", description="A rule by which the photos are shown at once.")


class AskedFile(_Part):
    """A question that callers ask, and what to answer."""

    ask: Words = Field(description="The question, as callers ask it.")
    answer: Words = Field(
        description="The answer; may name {answers}, {facts} and {settings.…}. It is left out while it names what is not known yet."
    )


class KnowledgeFile(_Part):
    """What advisers read beside the form."""

    script: list[Words] = Field(
        [],
        description="Sentences to say or to keep in mind, in order; each may name what is known, and is left out until it is.",
    )
    asked: list[AskedFile] = Field([], description="What callers ask, most often first.")


class ServiceFile(_Part):
    """What the service is, whose it is, and what each council may tune."""

    slug: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="The service's name in addresses: small letters, digits and hyphens. The folder is called the same.",
    )
    title: Words = Field(
        description="What the resident wants to do, such as “Report a missed bin”."
    )
    summary: Words = Field(description="One or two sentences under the title.")
    keywords: list[Words] = Field(description="Words that residents use when they look for it.")
    team: str = Field(description="The team that owns it.")
    prefix: str = Field(
        pattern=r"^[A-Z]{2,3}$",
        description="Two or three capitals that references begin with, such as MB.",
    )
    lgsl: int = Field(description="Its number in the Local Government Service List.")
    lgil: int = Field(description="Its number in the Local Government Interaction List.")
    channels: list[Channel] = Field(description="How people may ask for it.")
    settings: dict[str, SettingFile] = Field(
        {}, description="What each council tunes; rules and sentences say `settings.name`."
    )
    retention_days: int = Field(
        description="Days after closing until all that is personal in a case is erased."
    )
    needs: Words = Field(description="What to have at hand; said on the start page.")
    names: list[str] = Field(
        description="The questions whose answers name a case on its pages, such as [container, property]."
    )
    send: Words = Field(description="The words on the last button.")
    sent: Words = Field(description="The heading of the confirmation.")
    told: Words = Field(description="How the person will hear.")
    privacy: Words = Field(description="The privacy notice of this service.")
    contact_purpose: Words = Field(description="Why contact details are asked for.")
    unique: dict[Literal["of"], list[str]] = Field(
        {},
        description="The questions whose answers may have only one open case: {of: [container]}.",
    )
    human: Words = Field(description="How to reach a person instead.")
    group: Words = Field(
        "", description="The heading it stands under in lists, such as Streets and open spaces."
    )
    public: PublicFile | None = Field(
        None, description="What anyone may see of its cases; left out where they are nobody else's."
    )
    demand: Literal["value", "failure"] = Field(
        "value",
        description="failure: who asks for it would not have to, had something gone right before, such as a bin that was not emptied. For counting contacts.",
    )
    knowledge: KnowledgeFile | None = Field(
        None, description="What advisers read beside the form: what to say, and what callers ask."
    )
    before: list[BeforeStep] = Field(description="The old process, step by step.")


class RevealFile(_Part):
    """The answer that asks a further question on the same page."""

    question: str = Field(description="A choice above it on the same page, such as fault.")
    answers: list[str | bool] = Field(
        alias="is", description="The answers that ask it: [other], or [true] of yes or no."
    )


class QuestionFile(_Part):
    """One question of a page."""

    id: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        description="The answer's name in rules and sentences: small letters, digits and _.",
    )
    kind: str = Field(description="The kind of question.")
    label: Words = Field(
        "",
        description="The question. Where it is the page's only one, leave it out: the title asks.",
    )
    hint: Words = Field("", description="A line of help under the question.")
    optional: bool = Field(False, description="true where it need not be answered.")
    optional_for_staff: bool = Field(
        False,
        description="true where staff, who fill it in for somebody, may leave it out: a caller without e-mail.",
    )
    options: str | dict[str, Words] = Field(
        {},
        description="For choice and choices: {value: label}, or a fact that finds them, such as waste.containers(property).",
    )
    max_length: int | None = Field(None, description="The most characters of a text.")
    body: Words = Field(
        "",
        description="For information: the words to read. For declaration: those that are agreed to.",
    )
    errors: dict[str, Words] = Field(
        {},
        description="Own words for a mistake, by its code: {missing: Choose the bin that was missed}.",
    )
    contact: Literal["", "name", "email", "phone"] = Field(
        "",
        description="Says that the answer is the person's name, email or phone: kept apart from the case.",
    )
    short: Words = Field("", description="Names the answer in lists, where the label is too long.")
    least: int | str | None = Field(
        None,
        description="For a number, a sum (pence) or a day: the least it may be, such as 1 or today; a rule.",
    )
    most: int | str | None = Field(
        None,
        description="For a number, a sum or a day: the most it may be, such as settings.most; a rule. For photos and files: how many, at most 10.",
    )
    types: list[str] = Field(
        [],
        description="For files: the types it takes, such as [pdf, jpeg, docx]; left out, those that letters and bills come in.",
    )
    pattern: str = Field(
        "",
        description="For a text: what the whole of it is like, such as [A-Z]{2}[0-9]{6}; what is wrong is said by `errors: {pattern: …}`.",
    )
    revealed_by: RevealFile | None = Field(
        None, description="The answer to a question above it on the page that asks it."
    )
    forget: bool = Field(
        False,
        description="true: facts may be asked with the answer, and no case keeps it: for what proves something, such as the number of a claim. No sentence, check or value may name it.",
    )


class CheckFile(_Part):
    """One rule of a check; the first that holds decides. It says one of `stop`, `ask` and `wrong`."""

    when: str = Field(description="A rule that is yes or no, over answers, facts and settings.")
    stop: str = Field("", description="The stop whose sentence is shown; it stands under `stops`.")
    ask: str = Field("", description="The page, marked asked_only, that is asked as well.")
    wrong: str = Field(
        "",
        description="The question of this page whose answer is wrong; `say` is said at its field.",
    )
    say: Words = Field(
        "", description="Beside `wrong`: the sentence; may name answers, facts and settings."
    )


class RepeatFile(_Part):
    """Says that a page is asked several times over, such as once for each person."""

    name: str = Field(
        alias="as",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="The name of the list in rules and sentences, such as people.",
    )
    each: Words = Field(description="What one entry is called, such as Person.")
    offer: Words = Field(
        description="The question whether there is another, such as Is anybody else moving?"
    )
    short: Words = Field("", description="Names the list where its page's title is too long.")
    least: Literal[0, 1] = Field(1, description="0 where there may be none.")
    most: int = Field(20, ge=1, le=50, description="The most entries, at most 50.")
    check: list[CheckFile] = Field(
        [], description="What is wrong with one entry: rules with `wrong`, over its own answers."
    )


class DisputeFile(_Part):
    """How a resident may say that a stop is wrong."""

    page: str = Field(description="The page, marked asked_only, that asks why.")
    stage: str = Field(description="The stage in which the case then begins.")
    offer: Words = Field(description="The words of the button.")


class DayFile(_Part):
    """A day that a stop shows in a card, such as the next collection."""

    name: str = Field(description="A name that holds the day, such as last.next.")
    words: Words = Field(description="What that day is, such as Next collection of this bin.")


class AdviceFile(_Part):
    """What to do now, at most three lines, chosen by a value; `any` is said where nothing else fits."""

    by: str = Field("", description="The name whose value chooses, such as logs.first.reason.")
    lines: dict[str, list[Words]] = Field(
        description="Lines by value: {not_out: [...], any: [...]}; each may name what `say` may."
    )

    @model_validator(mode="after")
    def _few(self) -> "AdviceFile":
        if any(not 1 <= len(lines) <= 3 for lines in self.lines.values()):
            raise ValueError("give one to three lines for each value")
        if not self.by and set(self.lines) != {"any"}:
            raise ValueError("without `by`, give the lines of `any` alone")
        return self


class StopFile(_Part):
    """What is said where a check stops."""

    say: Words = Field(description="The sentence; may name {answers}, {facts} and {settings.…}.")
    title: Words = Field("", description="The page's heading.")
    day: DayFile | None = Field(None, description="The day on which it goes on as usual.")
    do: AdviceFile | None = Field(None, description="What the person can do now.")
    next: str = Field("human", description="What can be done next: every stop offers a person.")
    dispute: DisputeFile | None = Field(None, description="Lets a resident say that it is wrong.")
    passes_on: str = Field(
        "",
        description="A name that holds another service's slug, such as chosen.id: the person goes on there, and what they said goes with them.",
    )
    link: str = Field(
        "", description="A name that holds a web address to go to, such as chosen.address."
    )
    override: bool = Field(True, description="false where even staff with a reason may not go on.")
    adviser: Words = Field(
        "",
        description="What an adviser says to a caller, who is not to be sent to the telephone; without it, `say`.",
    )
    authority: str = Field(
        "",
        description="Who is asked instead: the code of another authority in council.yaml. Its page and telephone are shown.",
    )


class AdviserPageFile(_Part):
    """How a page is headed for an adviser, who asks somebody else."""

    title: Words = Field("", description="Instead of the page's heading.")
    hint: Words = Field("", description="Instead of the page's line of help.")


class PageFile(_Part):
    """One page: questions, then facts found in order, then the check over them."""

    page: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$", description="The page's name, which stands in its address."
    )
    title: Words = Field(description="The page's heading: a question where it asks one thing.")
    hint: Words = Field("", description="A line of help under the heading.")
    again: Words = Field("", description="The words of the link back here from a stop.")
    adviser: AdviserPageFile | None = Field(
        None, description="How it is headed for an adviser, who asks somebody else."
    )
    when: str = Field("", description="A rule; the page is shown only where it holds.")
    asked_only: bool = Field(False, description="true: shown only when a rule asks for it.")
    repeat: RepeatFile | None = Field(
        None, description="Asks this page's questions several times over, with an overview."
    )
    questions: list[QuestionFile] = []
    facts: dict[str, str] = Field(
        {},
        description="Name: fact, such as last: waste.last_due(property, container). Each may use answers and the facts above it.",
    )
    check: list[CheckFile] = Field(
        [], description="Rules in order; the first that holds decides, none: the person goes on."
    )
    values: dict[str, str] = Field(
        {},
        description="Name: rule, such as cancel_by: at(day, settings.cancel_time); found after the facts, used like them.",
    )
    so_far: Words = Field(
        "", description="A sentence over the page's facts and values, shown while it is filled in."
    )
    unavailable: Literal["ask_person", "go_on"] = Field(
        "ask_person", description="What happens when a fact cannot be had."
    )


class SendingFile(_Part):
    """What is said before sending, and on the last button, where a rule holds."""

    when: str = Field(description="A rule, such as price.pence == 0; the first that holds counts.")
    say: Words = Field(description="What to know before sending, instead of `sending`.")
    send: Words = Field(description="The words on the last button, instead of the service's.")


class FormFile(_Part):
    """The pages in order, and the sentences of the stops."""

    pages: list[PageFile]
    sending: Words = Field(
        "", description="What to know before sending; may name answers, facts, values, settings."
    )
    sending_when: list[SendingFile] = Field(
        [],
        description="Other words before sending, and on the button, such as where nothing is paid.",
    )
    stops: dict[str, StopFile] = Field(
        {},
        description="One for each code that a rule stops with; `unavailable` when a fact cannot be had.",
    )


class ReopenFile(_Part):
    """Where a closed case goes when the resident says that it is not right."""

    stage: str = Field(description="The stage in which the case goes on.")
    days: str = Field(
        description="A rule that gives the days after closing in which it may be said."
    )
    offer: Words = Field(description="The words of the link on the case's page.")


class ChoiceFile(_Part):
    """What a resident may choose on the page of their case."""

    stage: str = Field(description="The stage it leads to.")
    offer: Words = Field(description="The words of the button, such as Cancel this collection.")
    sure: Words = Field("", description="What to know first, on a page that asks once more.")
    until: str = Field("", description="A rule: the moment before which it may be chosen.")
    late: Words = Field(
        "",
        description="What the page says once that moment is past: which it was, and how to reach a person; may name {until}.",
    )
    undo: bool = Field(
        False, description="true: what is under way, such as a job and a booking, is taken back."
    )


class ChangeFile(_Part):
    """What may be changed of a case, by filling in pages of its form again."""

    pages: list[str] = Field(description="The pages that may be changed, by their ids.")
    stage: str = Field(description="The stage that the case goes to with the change.")
    offer: Words = Field(description="The words of the link, such as Change this booking.")
    until: str = Field("", description="A rule: the moment before which it may be changed.")
    late: Words = Field(
        "",
        description="What the page says once that moment is past: which it was, and how to reach a person; may name {until}.",
    )
    values: dict[str, str] = Field(
        {},
        description="Name: rule over the new answers, such as price: price.pence; named from then on as change.price. "
        "`price` is held against what was paid; `refunds: settings.…` says whether what is paid too much goes back.",
    )


class AheadFile(_Part):
    """One thing that is still to come after a stage, as the person reads it on the page of their case."""

    what: Words = Field(description="What comes, such as Put the things out.")
    when: Words = Field("", description="When, such as By 6am, {booked.day}.")


class StageFile(_Part):
    """A stage: its words, what it sets in motion, where outcomes and decisions lead."""

    label: Words = Field(description="The stage's name for staff.")
    resident: Words = Field(description="The sentence that the resident sees.")
    headline: Words = Field(
        "",
        description="The answer as a heading, such as We come on {booked.day}; else the sentence stands alone. Of a `passing` stage it stands without the service’s `sent`.",
    )
    ahead: list[AheadFile] = Field(
        [], description="What is still to come from here, in order, with its dates."
    )
    do: list[dict[str, dict[str, Any]]] = Field(
        [], description="The steps set in motion on the way in, in order."
    )
    facts: dict[str, str] = Field(
        {}, description="Facts found on the way in, before anything is set in motion."
    )
    values: dict[str, str] = Field(
        {},
        description="Name: rule; worked out after the facts and kept with the case, also in place of a value of the form of the same name.",
    )
    on: dict[str, str] = Field(
        {},
        description="Outcome: stage, such as job.collected: collected; wins over the workflow's.",
    )
    choices: dict[str, ChoiceFile] = Field(
        {}, description="What the resident may choose here, such as cancelling."
    )
    decisions: dict[str, str] = Field(
        {}, description="Decision: stage; what an officer may decide here."
    )
    undo: bool = Field(
        False,
        description="true: what is under way, such as a charge and a booking, is taken back on the way in.",
    )
    passing: bool = Field(
        False,
        description="true: its sentence holds only while a case stands here; once past, the case's page shows the label alone.",
    )
    final: bool = Field(
        False,
        description="true: the workflow's `on` leads no further from here, such as from a withdrawn case.",
    )
    closes: str = Field("", description="The outcome that a case closes with here.")
    good: bool = Field(False, description="true where the resident got what was asked for.")
    due: str = Field(
        "", description="A rule that gives the due day here; wins over the workflow's."
    )
    reopen: ReopenFile | None = Field(None, description="Lets a resident open it again.")
    change: ChangeFile | None = Field(
        None,
        description="Lets a resident change answers: the form's pages again, sent as a change.",
    )


class StartFile(_Part):
    """A stage to begin in."""

    when: str = Field("", description="A rule; left out on the last line, which holds otherwise.")
    stage: str = Field(description="The stage.")


class EscalateFile(_Part):
    """A mark that a case gets when it is opened."""

    when: str = Field(description="A rule over answers and facts.")
    label: Words = Field(description="The mark's words for staff.")


class WorkflowFile(_Part):
    """Where a case may stand and what leads from one stage to the next."""

    start: str | list[StartFile] = Field(
        description="The stage that a new case begins in, or a list of rules with their stages."
    )
    facts: dict[str, str] = Field({}, description="Facts found once, when a case is opened.")
    reserve: list[dict[str, dict[str, Any]]] = Field(
        [], description="Steps that hold something while the form is filled in, such as a slot."
    )
    escalate: dict[str, EscalateFile] = Field({}, description="Marks for cases, by these rules.")
    replies: list[str] = Field(
        [], description="Decisions with which an officer writes to the resident ({reply})."
    )
    bulk: list[str] = Field(
        [], description="Decisions taken for many cases at once, which need no reason."
    )
    goes_on: list[str] = Field(
        [], description="Decisions that take back nothing of what is under way, such as a booking."
    )
    due: str = Field("", description="A rule that gives the day a case is due.")
    on: dict[str, str] = Field(
        {}, description="Outcome: stage, for every stage that does not say otherwise."
    )
    corrected: str = Field("", description="The message sent when a wrong outcome is put right.")
    decisions: dict[str, Words] = Field(
        {}, description="Decision: the words officers choose it by."
    )
    asks: dict[str, dict[str, dict[str, Any]]] = Field(
        {},
        description="Choice or decision: the step that asks something first, such as book: which day instead.",
    )
    stages: dict[str, StageFile]


# A moment in an example, to the minute or the second.
MOMENT_PATTERN = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$"


def _as_text(value: object) -> object:
    """Return a moment as it was written: YAML takes one with seconds for a moment of its own."""
    return value.isoformat() if isinstance(value, datetime) else value


Moment = Annotated[str, BeforeValidator(_as_text), Field(pattern=MOMENT_PATTERN)]
NoMomentYet = Annotated[str, BeforeValidator(_as_text), Field(pattern=f"{MOMENT_PATTERN}|^$")]


class GivenFile(_Part):
    """What an example begins with."""

    now: Moment = Field(
        description="The moment it is played at, such as 2026-11-24T10:00 or 2026-11-24T17:59:59, in London's time.",
    )
    settings: dict[str, Any] | None = Field(
        None,
        description="Values over the service's defaults; {} is the defaults. Left out: the council's own settings.",
    )
    facts: dict[str, Any] = Field(
        {}, description="Facts by the names that the form gives them, or `unavailable`."
    )
    answers: dict[str, Any] = Field({}, description="Answers by question; null for none.")
    channel: str = Field("online", description="How it came, such as telephone.")
    by_staff: bool = Field(False, description="true: an adviser fills in the form for a caller.")
    dispute: bool = Field(False, description="true: the resident disputes the stop and goes on.")
    override: str = Field("", description="The reason with which an adviser goes past the stop.")


# What may happen to a case: each event of an example says one of them.
HAPPENINGS = (
    "outcome",
    "decision",
    "choice",
    "change",
    "merged",
    "moved",
    "reopened",
    "passes",
    "closes",
    "fills",
)


class HappensFile(_Part):
    """What happens to the case: an outcome, or an officer's decision."""

    outcome: str = Field("", description="Such as job.collected.")
    corrected: Any = Field(None, description="Beside an outcome: the one before it was wrong.")
    decision: str = Field("", description="Such as close.")
    reply: str = Field("", description="Beside a decision: what the resident will read.")
    reopened: str = Field("", description="What the resident says who opens the case again.")
    choice: str = Field("", description="What the resident chooses, such as cancel.")
    change: dict[str, Any] = Field(
        {}, description="The answers that the resident changes, by their questions."
    )
    chosen: str = Field(
        "", description="Beside a choice or decision that asks first: the answer, such as a day."
    )
    merged: bool = Field(
        False, description="true: an officer finds that it is the same as another, just like it."
    )
    moved: str = Field(
        "", description="An officer moves the bookings of its day: the slot that it goes to."
    )
    way: Literal["rebook", "offer"] = Field(
        "rebook", description="Beside `moved`: booked there at once, or only kept for it."
    )
    back: bool = Field(False, description="true, beside `moved`: the officer took that back.")
    passes: NoMomentYet = Field(
        "",
        description="Only time: until such as 2026-12-01T10:00. What is due by then is done: a reminder leaves, a day held too long goes back, a charge lapses.",
    )
    closes: str = Field(
        "",
        description="An officer closes a day, such as EXAMPLE/2026-12-01: who only holds it loses it.",
    )
    fills: str = Field(
        "", description="Others take what is left of a day, such as EXAMPLE/2026-12-01."
    )
    at: NoMomentYet = Field(
        "",
        description="When, where that is later: such as 2026-11-25T10:00.",
    )
    facts: dict[str, Any] = Field(
        {}, description="Beside an outcome: what came with it, such as {job: {left: []}}."
    )

    @model_validator(mode="after")
    def _one(self) -> "HappensFile":
        if sum(bool(getattr(self, name)) for name in HAPPENINGS) != 1:
            raise ValueError(f"says one of {', '.join(f'`{name}:`' for name in HAPPENINGS)}")
        return self


class ComesFile(_Part):
    """A message that waits for its moment."""

    message: str = Field(description="Its name, such as reminder.")
    at: Moment = Field(description="When it leaves: 2026-12-01T09:00.")


class ExpectFile(_Part):
    """What must come of it; what is not named is not compared."""

    pages: list[str] = Field([], description="The pages seen, in order.")
    stop: str = Field("", description="The stop's code; '' for none.")
    says: str = Field("", description="Words in the sentence that the resident reads at the end.")
    stage: str = Field("", description="The stage that the case stands in.")
    due: date | None = Field(None, description="The day it is due, such as 2026-11-26.")
    messages: list[str] = Field([], description="The messages sent, in order.")
    closed: bool = Field(False, description="Whether the case is closed.")
    values: dict[str, Any] = Field(
        {}, description="Facts and values found, such as {price: {pence: 2500}}; parts will do."
    )
    flags: list[str] = Field([], description="The marks it was given by `escalate`.")
    refused: str = Field(
        "",
        description="The code with which sending it, or what happens last, is refused, such as already_open.",
    )
    mistakes: dict[str, str] = Field(
        {},
        description="What is wrong at which field, by question: {claim: pattern}; of an entry {people.2.born: least}. `says` compares the service's own words for it.",
    )
    paid: int = Field(0, description="What was paid in all, in pence.")
    refunded: int = Field(0, description="What went back in all, or is to, in pence.")
    to_come: list[ComesFile] = Field(
        [],
        description="The messages that wait for their moment: [{message: reminder, at: 2026-12-01T09:00}].",
    )


class ExampleFile(_Part):
    """One example of how the service decides."""

    name: str = Field(description="What it shows, in a sentence.")
    given: GivenFile
    then: list[HappensFile] = []
    expect: ExpectFile


class ExamplesFile(RootModel[list[ExampleFile]]):
    """Examples that are played before a version is published."""
