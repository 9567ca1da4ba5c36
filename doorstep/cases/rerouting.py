"""A case that belongs to another service: it is closed as moved, kept in sight until it is sent there, and undone if that was a slip."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from doorstep.cases import needs_person, prefill, timeline, workflow
from doorstep.cases.locking import locked, one_open_case
from doorstep.cases.models import Case, Draft
from doorstep.cases.shapes import MovedFact, Reroute
from doorstep.catalogue import built_in_stages
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.built_in_stages import MOVED
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.signposts import suggestions
from doorstep.staff.actor import Actor


def move(*, case_id: int, to: str, by: Actor, now: datetime) -> Case:
    """Close a case because it belongs to another service; the resident is told, the words are learnt from.

    A person is asked to send it there. Raises
    Refused("no_such_service"), Refused("already_closed").
    """
    with transaction.atomic():
        workflow.lock_before(case_id)
        case = locked(case_id)
        if case.is_closed:
            raise Refused("already_closed")
        service = catalogue.current(to)
        if to == case.slug or service is None:
            raise Refused("no_such_service")
        correction = suggestions.correct(
            text=prefill.in_case(case).text,
            without=_names(case),
            from_slug=case.slug,
            to_slug=to,
            by=by,
            now=now,
        )
        was: Reroute = {"to": to, "was": case.stage, "correction": correction.pk}
        timeline.write(case, MOVED, by=by, now=now, **was)
        workflow.unwind(case, by=by, now=now)
        _say(case, to=to, reference="", was=was)
        workflow.enter(case, MOVED, by=by, now=now, why=MOVED)
        text = _("Moved to “%(to)s”. It still has to be sent there.") % {"to": service.about.title}
        needs_person.ask_officer(case_id=case.pk, text=text, by=by, now=now, topic=MOVED)
        return locked(case_id)


def _names(case: Case) -> list[str]:
    """Return texts whose words are a person's or a place's, never a service's."""
    who = case.customer
    return [case.at, *([who.name, who.email] if who else [])]


def _say(case: Case, *, to: str, reference: str, was: Reroute) -> None:
    """Keep where a case went, in the words of its resident's language."""
    with council.speaking(case.language):
        service = catalogue.current(to)
        assert service
        sentence = _("Its reference there is %(reference)s.") % {"reference": reference}
        next_line = sentence if reference else _("We will tell you when we need anything from you.")
        fact: MovedFact = {
            **was,
            "title": service.about.title,
            "next": next_line,
            "reference": reference,
        }
    workflow.keep(case, MOVED, fact)


def begun(*, draft: Draft, case: Case) -> None:
    """Note on a draft that it is to become what a moved case should have been."""
    draft.moved_from = case
    draft.save(update_fields=["moved_from"])


def arrived(*, old_id: int, case: Case, by: Actor, now: datetime) -> None:
    """Note on both cases that the one that was moved has become the other."""
    old = locked(old_id)
    if old.stage != MOVED:
        return  # undone meanwhile
    _say(old, to=case.slug, reference=case.reference, was=old.facts[MOVED])
    timeline.write(old, "sent on", by=by, now=now, reference=case.reference)
    timeline.write(case, "came from", by=by, now=now, reference=old.reference)
    needs_person.done(case_id=old.pk, topic=MOVED, by=by, now=now)


def came_of(case: Case) -> Case | None:
    """Return the case that a moved one has become, or nothing yet."""
    return Case.objects.filter(draft__moved_from=case).order_by("-id").first()


def undo(*, case_id: int, by: Actor, now: datetime) -> Case:
    """Take back a move that was a slip: the case goes on where it stood, by its old deadline, and nothing is learnt.

    What it has become is closed as moved back. Raises Refused("not_moved"), Refused("moved_on") where
    that is closed already, Refused("money_went_back") where moving gives money back, Refused("already_open").
    """
    with one_open_case(), transaction.atomic():
        case = locked(case_id)
        if case.stage != MOVED or case.erased_at:
            raise Refused("not_moved")
        if built_in_stages.is_final(catalogue.service(case.version_id).workflow):
            raise Refused("money_went_back")
        was: MovedFact = case.facts[MOVED]
        became = came_of(case)
        if became is not None:
            _move_back(locked(became.pk), case, by, now)
        Draft.objects.filter(moved_from=case, sent_at=None).delete()
        suggestions.take_back(correction_id=was["correction"])
        timeline.write(case, "move undone", by=by, now=now)
        needs_person.done(case_id=case.pk, topic=MOVED, by=by, now=now)
        case = locked(case_id)
        due_on = case.due_on
        workflow.enter(case, was["was"], by=by, now=now, why="undone", quiet=True)
        # They have waited since they asked: a slip of ours gives nobody more time.
        case.due_on = due_on
        case.save(update_fields=["due_on"])
    return case


def _move_back(became: Case, case: Case, by: Actor, now: datetime) -> None:
    if became.is_closed:
        raise Refused("moved_on")
    workflow.unwind(became, by=by, now=now)
    was: Reroute = {"to": case.slug, "was": became.stage, "correction": 0}
    _say(became, to=case.slug, reference=case.reference, was=was)
    workflow.enter(became, MOVED, by=by, now=now, why="moved back")
