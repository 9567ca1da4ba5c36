"""What our letters to those who follow reports say."""

from django.utils.translation import gettext as _


def confirm() -> tuple[str, str]:
    """Return the words that ask whether the address is right."""
    return _("Confirm that you want to hear about reports"), _(
        "Someone, probably you, asked to be told of reports here: {followed}.\n\n"
        "Confirm it here: {link}\n\n"
        "If it was not you, you do not have to do anything; we forget your address after three days.\n\n"
        "{council}, {telephone}, {hours}"
    )


def already() -> tuple[str, str]:
    """Return the words for someone who asked again."""
    return _("You already hear about these reports"), _(
        "You asked to be told of reports here: {followed}. You already are.\n\n"
        "To stop it: {link}\n\n"
        "{council}, {telephone}, {hours}"
    )


def moved() -> tuple[str, str]:
    """Return the words for a report that was made or has moved."""
    return _("{name}: {where}"), _(
        "{what}\n{where}\n\n{says}\n\n"
        "See it here: {page}\n\n"
        "You asked to be told of reports here: {followed}. To stop it: {link}\n\n"
        "{council}, {telephone}, {hours}"
    )
