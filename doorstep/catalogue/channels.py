"""The ways by which people come to the council; a service says which of them it offers."""

from typing import Literal, get_args

Channel = Literal["online", "telephone", "face to face", "e-mail", "post", "field"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
# Those an adviser fills a form in for; residents do it online, crews in the field.
ADVISER_CHANNELS = tuple(name for name in CHANNELS if name not in ("online", "field"))
