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


def joined() -> tuple[str, str]:
    """Return the words for who follows a report that was joined to another."""
    return _("{name}: {where}"), _(
        "The report that you follow was joined to another. Both are about the same thing, so we deal with them "
        "together.\n\n"
        "You follow {reference}: {what}, {where}.\n"
        "It was joined to {other_reference}: {other_what}, {other_where}.\n\n"
        "{other_says}\n\n"
        "See it here: {other_page}\n\n"
        "You do not need to do anything. From now on we write to you when {other_reference} moves on.\n\n"
        "To stop it: {link}\n\n"
        "{council}, {telephone}, {hours}"
    )


def joined_unseen() -> tuple[str, str]:
    """Return the words for who follows a report that was joined to one that is not shown."""
    return _("{name}: {where}"), _(
        "The report that you follow was joined to another. Both are about the same thing, so we deal with them "
        "together. The other one is not shown to anyone.\n\n"
        "You follow {reference}: {what}, {where}.\n\n"
        "See it here: {page}\n\n"
        "If you want to know what comes of it, ask us. To stop our emails: {link}\n\n"
        "{council}, {telephone}, {hours}"
    )


def moved_with_another() -> tuple[str, str]:
    """Return the words for who follows a report that stands behind the one that has moved."""
    return _("{name}: {where}"), _(
        "{what}\n{where}\n\n{says}\n\n"
        "See it here: {page}\n\n"
        "You follow {key}, which was joined to {reference}: both are about the same thing, and we deal with them "
        "together. To stop our emails: {link}\n\n"
        "{council}, {telephone}, {hours}"
    )
