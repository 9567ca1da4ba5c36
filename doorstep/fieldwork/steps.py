"""The step `job`: a job on a crew's list."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from doorstep.cases import sharing, workflow
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import steps
from doorstep.council import queries as council
from doorstep.fieldwork.models import PARTIAL, Job
from doorstep.forms.rules.errors import suggest
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import BOOL, DAY, TEXT, ListOf, Record
from doorstep.staff.actor import Actor

TASK = Record("task", {"id": TEXT, "label": TEXT})


def _outcomes(_rules: Mapping[str, Rule], words: Mapping[str, object]) -> list[str]:
    named = words.get("outcomes")
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def _known(
    rules: Mapping[str, Rule], words: Mapping[str, object], using: steps.Using
) -> Iterator[steps.Said]:
    """Say that this council has no such list, and that a job is about too much, or comes to nothing."""
    lists = council.current().crew_lists
    code = using.fixed(rules["list"]) if "list" in rules else None
    if isinstance(code, str) and code not in lists:
        near = suggest(code, lists)
        yield "no_such_list", f"no list `{code}` under `crew_lists` in council.yaml{near}"
    named = words.get("outcomes", [""])
    if not isinstance(named, list) or not named or not all(isinstance(n, str) for n in named):
        yield (
            "job_outcomes",
            "`outcomes` of `job` is a list of words, such as [collected, no_access]",
        )
    about_kind = str(words.get("about_kind", "place"))
    if not re.fullmatch(r"[a-z][a-z_-]{0,19}", about_kind):
        yield "about_kind", "`about_kind` of `job` is one short word, such as place or container"


def _with_partial(rules: Mapping[str, Rule], words: Mapping[str, object]) -> list[str]:
    """Return what may come of a job: of one with things to tick, also that only some were done."""
    return [*_outcomes(rules, words), *([PARTIAL] if "tasks" in rules else [])]


KIND = steps.StepKind(
    "job",
    rules={
        "list": TEXT,
        "about": TEXT,
        "day": DAY,
        "tasks": ListOf(TASK),
        "urgent": BOOL,
        "warning": TEXT,
    },
    optional=frozenset({"tasks", "urgent", "warning"}),
    gives={"job": (Record("job", {"left": ListOf(TASK)}), {"left": []})},
    own_outcomes=True,
    correctable=True,
    may_come=_with_partial,
    put_right_to=_outcomes,
    words=frozenset({"title", "named_by", "about_kind", "detail", "outcomes"}),
    questions=frozenset({"named_by", "detail"}),
    needs=frozenset({"title", "about_kind", "outcomes"}),
    check_here=_known,
)


def _title(case: Case, options: Mapping[str, Any]) -> str:
    what = case.words.get(str(options.get("named_by", "")), "")
    return f"{options['title']}: {what}" if what else str(options["title"])


class JobStep:
    """Puts a job on a crew's list; withdraws it when the case is unwound."""

    def run(self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
        """Make the job, unless the same one is still open."""
        detail = case.words.get(str(options.get("detail", "")))
        job = Job(
            case=case,
            about_kind=options["about_kind"],
            about_key=options["about"],
            crew_list=options["list"],
            day=options["day"],
            place=case.place,
            title=_title(case, options),
            detail=detail or "",
            outcomes=options["outcomes"],
            tasks=options.get("tasks") or [],
            urgent=bool(options.get("urgent")),
            warning=options.get("warning") or "",
            made_at=now,
        )
        # One statement: the constraint knows whether the same one is still open.
        Job.objects.bulk_create([job], ignore_conflicts=True)
        sharing.share(case=case, kind="round", key=job.crew_list)
        workflow.set_due(case, options["day"])

    def foretell(self, *, options: Mapping[str, Any]) -> date | None:
        """Return the day of the job: by then the case is due."""
        day: date | None = options["day"]
        return day

    def change(
        self, *, case: Case, draft: Draft, options: Mapping[str, Any], by: Actor, now: datetime
    ) -> None:
        """Withdraw what is still open: the stage that follows makes it anew, by the new answers."""
        self.undo(case=case, by=by, now=now)

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Withdraw what is still open; the crew no longer sees it."""
        Job.objects.filter(case=case, state="open").update(state="withdrawn")
        sharing.end(case_id=case.pk, kind="round", until=now)


def offer() -> None:
    """Offer the step to validators and to the spine."""
    steps.offer(KIND)
    workflow.offer("job", JobStep())
