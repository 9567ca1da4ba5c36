"""The kinds of task: what each is called at the desk, and by when it is to be done where nobody says."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """A kind of task: its name at the desk, and the working days within which it is done."""

    name: str | Promise
    days: int


KINDS = {
    # What a machine could not do.
    "person": Kind(_("Needs a person"), 1),
    # A message that did not arrive.
    "tell": Kind(_("Tell them another way"), 1),
    # Somebody was promised a call.
    "ring": Kind(_("Call back"), 1),
    "write": Kind(_("Write a letter"), 2),
    "page": Kind(_("A page is wrong"), 5),
    "other": Kind(_("Something else"), 5),
}
