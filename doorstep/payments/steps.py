"""The steps `pay` and `refund`.

`pay` reports `pay.paid`, `pay.lapsed` (not paid in time, cancelled at the provider), `pay.paid_late`
(paid, but the moment had passed or the case no longer asked for it) and, for a sum of nothing,
`pay.free` at once. A paid outcome that the stage has no way on for is refunded by itself. `refund`
gives back so many pence, or all where none are named, and reports `pay.refunded`: at once where all that was paid is back
already. Its sentences may name what was paid, what goes back in all, and what is back already (`pounds`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from doorstep.cases import needs_person, workflow
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import steps
from doorstep.catalogue.words import pounds
from doorstep.council.errors import Refused
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import INT, MOMENT, TEXT, Maybe, Record
from doorstep.payments import actions, refunds
from doorstep.payments.models import LIVE, Attempt, Charge, ChargeFact
from doorstep.staff.actor import Actor


def _one_sum(name: str) -> steps.Check:
    """Return the check that a step asks for a sum, and by one way."""

    def check(
        rules: Mapping[str, Rule], _words: Mapping[str, object], _files: Mapping[str, str]
    ) -> Iterator[steps.Said]:
        if ("pence" in rules) == ("up_to" in rules):
            words = f"`{name}` says `pence`, or `up_to` for what is still missing, and not both"
            yield "one_sum", words

    return check


def _paid_or_free(rules: Mapping[str, Rule], _words: Mapping[str, object]) -> list[str]:
    """Return what comes of it, unless nobody pays: of a sum that is written down, and above nothing, that it is paid."""
    written = rules["pence"].text.strip() if "pence" in rules else ""
    return ["paid"] if written.isdecimal() and int(written) else ["paid", "free"]


CHARGE = Record("charge", {"pounds": TEXT, "until": Maybe(MOMENT), "reference": TEXT})
# What GOV.UK Pay takes at most by card in one payment: £100,000.
MOST_PENCE = 10_000_000
PAY = steps.StepKind(
    "pay",
    # `pence`, or `up_to`: what is still missing from what was paid and kept, up to so much.
    # `again`: minutes that it stays due after a payment failed; without it, as long as `until` says.
    rules={"pence": INT, "up_to": INT, "until": MOMENT, "code": TEXT, "vat": INT, "again": INT},
    optional=frozenset({"pence", "up_to", "until", "code", "vat", "again"}),
    check=_one_sum("pay"),
    words=frozenset({"description", "purpose"}),
    says={"charge": CHARGE},
    outcomes={
        "paid": "The sum was paid.",
        "free": "There was nothing to pay.",
        "lapsed": "Nobody paid in time; it can no longer be paid.",
        "paid_late": "It was paid after the moment had passed.",
        "refunded": "Money was given back.",
    },
    ended_by=("refund", {"reason": "Moved to another service"}),
    may_come=_paid_or_free,
    at_once=frozenset({"free"}),
)


def _below_nothing(
    rules: Mapping[str, Rule], _words: Mapping[str, object], _using: steps.Using
) -> Iterator[steps.Said]:
    """Find a sum that can only be below nothing; -1 once meant all."""
    if "pence" in rules and re.fullmatch(r"-\s*[0-9]+", rules["pence"].text.strip()):
        words = (
            "`refund` of less than nothing gives nothing back; leave `pence` out to give all back"
        )
        yield "below_nothing", words


REFUND = steps.StepKind(
    "refund",
    # So much, or what was paid and kept beyond so much (`down_to`), or what was paid of the charge that was asked for last
    # (`of: charge`), or all.
    rules={"pence": INT, "down_to": INT},
    optional=frozenset({"pence", "down_to"}),
    words=frozenset({"reason", "approved", "of"}),
    values={"approved": (True, False), "of": ("charge",)},
    says={"refund": Record("refund", {"pounds": TEXT, "paid": TEXT, "back": TEXT})},
    final=True,
    check_here=_below_nothing,
)


class PayStep:
    """Asks for money; withdraws what nobody has paid when the case is unwound."""

    def run(
        self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime
    ) -> str | None:
        """Make the charge; nothing to pay is an outcome at once."""
        purpose, pence = self._sum(case, options)
        if pence < 0:
            raise Refused("sum_not_taken")
        if pence > MOST_PENCE:
            raise Refused("sum_not_taken")
        if pence == 0:
            fact: ChargeFact = {"pounds": pounds(0), "until": None, "reference": ""}
            workflow.keep(case, "charge", fact)
            return "pay.free"
        actions.ask(
            case=case,
            pence=pence,
            description=str(options.get("description", "")) or case.reference,
            until=options.get("until"),
            code=options.get("code") or "",
            vat_rate=max(0, options.get("vat") or 0),
            purpose=purpose,
            again=None if options.get("again") is None else max(0, options["again"]),
            by=by,
            now=now,
        )
        return None

    def _sum(self, case: Case, options: Mapping[str, Any]) -> tuple[str, int]:
        """Return for what and how much is asked: of what is missing up to a sum, each is a purpose of its own."""
        purpose = str(options.get("purpose", "fee"))
        if "up_to" not in options:
            return purpose, int(options["pence"])
        paid = Charge.objects.filter(case=case, state__in=("paid", "waived")).count()
        missing = options["up_to"] - refunds.settled(case) - sum(c.pence for c in _owed(case))
        return f"{purpose} {paid}", max(0, missing)

    def drop_change(self, *, case: Case, draft: Draft, by: Actor, now: datetime) -> None:
        """Withdraw what was asked for a change that will not be made; what was owed before it stays so."""
        owed = _owed(case)
        for charge in Charge.objects.filter(case=case, state="due"):
            if charge not in owed:
                actions.withdraw(charge_id=charge.pk, now=now)

    def waits(self, *, case: Case) -> bool:
        """Say whether a payment was begun of which we do not know how it ended: the provider is silent, or slow."""
        return Attempt.objects.filter(charge__case=case, state__in=LIVE).exists()

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Withdraw what is due; what was paid is given back only by the step `refund`."""
        for charge in Charge.objects.filter(case=case, state="due"):
            actions.withdraw(charge_id=charge.pk, now=now)


def _owed(case: Case) -> list[Charge]:
    """Return what is due of a case that has gone on already, as its payment or waiver was taken back."""
    return [c for c in Charge.objects.filter(case=case, state="due") if actions.is_owed(c)]


def _too_much(right: int, back: int) -> str:
    return (
        f"The outcome was put right. By the right one {pounds(right)} goes back, but {pounds(back)} went back or is on "
        "its way. Nothing was asked of the resident. Please decide whether it stays so."
    )


class RefundStep:
    """Gives money back."""

    def run(
        self, *, case: Case, options: Mapping[str, Any], by: Actor, now: datetime
    ) -> str | None:
        """Ask for the refund; more than is left is cut to what is left, and nothing or less is no refund.

        Only without a sum it is all: one that was worked out, such as a price less what is kept, may be below nothing.
        """
        left = refunds.left_on(case)
        beyond = refunds.settled(case) - options["down_to"] if "down_to" in options else left
        if options.get("of") == "charge":
            last: Any = case.facts.get("charge", {})
            beyond = refunds.left_of_charge(case, last.get("reference", ""))
        amount = min(options.get("pence", beyond), left)
        with suppress(Refused):
            refunds.ask_on(
                case=case,
                pence=amount,
                reason=str(options.get("reason", "")) or "By the service's rules",
                approved=bool(options.get("approved", False)),
                by=by,
                now=now,
            )
        refunds.keep_sums(case)
        over = refunds.is_all_back(case) and "pay.refunded" in workflow.stage_of(case).on
        return "pay.refunded" if over else None

    def reckon(
        self, *, case: Case, asked: Sequence[Mapping[str, Any]], by: Actor, now: datetime
    ) -> None:
        """Give back what the right outcome gives more than went back already; where it gives less, ask a person.

        Nobody is asked to pay again by a correction of ours.
        """
        paid, back = refunds.sums(case)
        if not paid:
            return
        right = min(paid, sum(max(0, options.get("pence", paid)) for options in asked))
        if right > back:
            self.run(case=case, options={**asked[0], "pence": right - back}, by=by, now=now)
        elif right < back:
            needs_person.ask_on(case=case, text=_too_much(right, back), by=by, now=now)
        refunds.keep_sums(case)

    def undo(self, *, case: Case, by: Actor, now: datetime) -> None:
        """Nothing to take back: money given back stays given back."""


def offer() -> None:
    """Offer the steps to validators and to the spine."""
    steps.offer(PAY)
    steps.offer(REFUND)
    workflow.offer("pay", PayStep())
    workflow.offer("refund", RefundStep())
