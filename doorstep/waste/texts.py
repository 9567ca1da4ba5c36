"""What our notes about bin days say."""

from django.utils.translation import gettext as _


def confirm() -> tuple[str, str]:
    """Return the words that ask whether the address is right."""
    return _("Confirm your note about bin days"), _(
        "Someone, probably you, asked for an email the evening before each collection at {address}.\n\n"
        "Confirm it here: {link}\n\n"
        "If it was not you, you do not have to do anything; we forget your address after three days.\n\n"
        "{council}, {telephone}, {hours}"
    )


def already() -> tuple[str, str]:
    """Return the words for someone who asked again."""
    return _("You already get our note about bin days"), _(
        "You asked for an email the evening before each collection at {address}. You already get it.\n\n"
        "To stop it: {link}\n\n"
        "{council}, {telephone}, {hours}"
    )


def tomorrow() -> tuple[str, str]:
    """Return the words of the evening before."""
    return _("Bins for {day}"), _(
        "Tomorrow, {day}, we collect at {address}:\n\n{containers}\n\n{put_out}\n\n"
        "All bin days: {page}\n\n"
        "To stop these emails: {link}\n\n"
        "{council}, {telephone}, {hours}"
    )


def instead() -> str:
    """Return the words for a day that was moved."""
    return _("(instead of {day})")
