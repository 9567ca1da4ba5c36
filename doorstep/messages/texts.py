"""Our own messages, which belong to no service: a saved draft's link, its end, a code."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from doorstep.council import queries as council


def here() -> dict[str, object]:
    """Return what every message may say of the council."""
    current = council.current()
    contact = current.contact
    return {"council": current.name, "telephone": contact.telephone, "hours": contact.hours}


def _saved() -> tuple[str, str]:
    return _("Your saved form: {title}"), _(
        "You saved a form: {title}.\n\nGo on with it here: {link}\n\n"
        "The link works until {until}. Nothing has been sent to us yet.\n\n"
        "{council}, {telephone}, {hours}"
    )


def _sent_on() -> tuple[str, str]:
    return _("Go on with your form: {title}"), _(
        "We began this form with you: {title}.\n\nGo on with it here: {link}\n\n"
        "What you told us is filled in. Nothing has been sent to us yet: look at it, and send it. "
        "The link works until {until}.\n\n"
        "{council}, {telephone}, {hours}"
    )


def _expiring() -> tuple[str, str]:
    return _("Your saved form will be deleted: {title}"), _(
        "The form you saved will be deleted soon: {title}.\n\nGo on with it before {until}: {link}\n\n"
        "If you no longer need it, you do not have to do anything.\n\n"
        "{council}, {telephone}, {hours}"
    )


def _code() -> tuple[str, str]:
    return _("Your code for {reference}"), _(
        "Your code to see {reference}: {code}\n\nIt works for 15 minutes, once. "
        "If you did not ask for it, you do not have to do anything.\n\n"
        "{council}, {telephone}, {hours}"
    )


def _pay_link() -> tuple[str, str]:
    return _("Pay {pounds} for {reference}"), _(
        "You can pay {pounds} for {reference} by card here: {link}\n\n"
        "The page says until when it can be paid.\n\n"
        "{council}, {telephone}, {hours}"
    )


OURS: dict[str, Callable[[], tuple[str, str]]] = {
    "saved": _saved,
    "sent_on": _sent_on,
    "expiring": _expiring,
    "code": _code,
    "pay_link": _pay_link,
}
