"""The step `send`: a case is passed on to another authority.

It reports `send.taken` when they have it, `send.refused` when it was given up (an officer is asked as
well), and from what they say later `send.started`, `send.fixed`, `send.closed` and `send.not_theirs`. Contact details and
photos go along only where the workflow says so.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from doorstep.authorities import actions
from doorstep.cases import workflow
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.council import queries as council
from doorstep.forms.rules.errors import suggest
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import TEXT, Record
from doorstep.staff.actor import Actor

PASSED = Record("passed", {"name": TEXT, "address": TEXT, "telephone": TEXT, "reference": TEXT})
# A rule `to` that is one authority, whatever is answered.
_PLAIN = re.compile(r"'([^']*)'")


def _known(
    rules: Mapping[str, Rule], words: Mapping[str, object], using: steps.Using
) -> Iterator[steps.Said]:
    """Say that this council does not know the authority."""
    authorities = council.current().authorities
    plain = _PLAIN.fullmatch(rules["to"].text.strip()) if "to" in rules else None
    if plain and plain[1] not in authorities:
        says = f"no authority `{plain[1]}` in council.yaml{suggest(plain[1], authorities)}"
        yield "no_such_authority", says
        return
    takes = authorities[plain[1]].open311 if plain else None
    if plain and (takes is None or using.slug not in takes.services):
        says = f"the authority `{plain[1]}` takes nothing of this service: council.yaml says no `open311` for it, or no code of `{using.slug}` there"
        yield "authority_takes", says


KIND = steps.StepKind(
    "send",
    rules={"to": TEXT},
    words=frozenset({"what", "attributes", "with_contact", "with_photos"}),
    values={"with_contact": (True, False), "with_photos": (True, False)},
    says={"passed": PASSED},
    outcomes={
        "taken": "They have it.",
        "refused": "It was given up; an officer is asked as well.",
        "started": "They work on it.",
        "fixed": "They have mended it.",
        "closed": "They have closed it otherwise.",
        "not_theirs": "They say that it is not theirs.",
    },
    questions=frozenset({"what", "attributes"}),
    check_here=_known,
)


class SendStep:
    """Passes a case on; what is with the other authority cannot be taken back."""

    def run(self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime) -> None:
        """Queue it; raises LookupError where the workflow names a question that is not asked."""
        form_questions = catalogue.service(case.version_id).form.questions
        names = options.get("what") or []
        questions = [names] if isinstance(names, str) else list(names)
        attributes = dict(options.get("attributes") or {})
        for question in [*questions, *attributes.values()]:
            if question not in form_questions:
                raise LookupError(f"`send` names the question `{question}`, which is not asked")
        what = {
            "questions": questions,
            "attributes": attributes,
            "with_contact": options.get("with_contact") is True,
            "with_photos": options.get("with_photos") is True,
        }
        actions.pass_on(case=case, authority=str(options["to"]), what=what, by=by, now=now)

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Take back what has not left yet."""
        actions.withdraw(case=case, now=now)


def offer() -> None:
    """Offer the step to validators and to the spine."""
    steps.offer(KIND)
    workflow.offer("send", SendStep())
