"""Subscriptions to be told by e-mail: asked for, confirmed by a link, stopped by one click, forgotten if never confirmed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from doorstep.catalogue.words import fill
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.messages import actions as messages
from doorstep.messages.texts import here
from doorstep.outside.secret import hashed

KEPT_DAYS = 3
Words = Callable[[], tuple[str, str]]


@dataclass(frozen=True)
class Subscriptions:
    """One kind of wish: its model, the mark of its messages, the start of their names, the places where its links lead.

    The model has email, language, asked_at, confirmed_at, and both links' hashes: confirm_hash, stop_hash.
    """

    model: type[Any]
    about: str
    name: str
    confirm_place: str
    stop_place: str

    def mark(self, wish: Any) -> str:
        """Return what the messages of a wish are about; the link that stops it is made from this."""
        return f"{self.about}:{wish.pk}"

    def ask_to_confirm(
        self, wish: Any, key: str, words: Words, values: Mapping[str, object], now: datetime
    ) -> None:
        """Queue the link that confirms a wish, once for its key, and keep both links' hashes."""
        wish.asked_at, wish.language = now, council.language()
        wish.confirm_hash = hashed(messages.token_of(key))
        wish.stop_hash = hashed(messages.token_of(self.mark(wish)))
        wish.save(update_fields=["asked_at", "language", "confirm_hash", "stop_hash"])
        self._queue(wish, "confirm", key, words, self.confirm_place, values, now)

    def tell(
        self,
        wish: Any,
        name: str,
        key: str,
        words: Words,
        values: Mapping[str, object],
        now: datetime,
    ) -> None:
        """Queue a message of a wish, once for its key, with the link that stops it."""
        self._queue(wish, name, key, words, self.stop_place, values, now)

    def _queue(
        self,
        wish: Any,
        name: str,
        key: str,
        words: Words,
        place: str,
        values: Mapping[str, object],
        now: datetime,
    ) -> None:
        with council.speaking(wish.language):
            context = {**here(), "link": messages.LINK, **values}
            subject, body = (fill(text, context) for text in words())
        mail = messages.Mail(
            about=self.mark(wish),
            key=key,
            name=f"{self.name}-{name}",
            to=wish.email,
            subject=subject[:200],
            body=body,
            path=addresses.path(place, token=""),
            one_click=place == self.stop_place,
        )
        messages.tell_about(mail=mail, now=now)

    def by_confirm_link(self, token: str) -> Any | None:
        """Return the wish that a link confirms."""
        return self.model.objects.filter(confirm_hash=hashed(token)).first()

    @transaction.atomic
    def confirm(self, *, token: str, now: datetime) -> Any:
        """Confirm a wish, once or again; raises Refused("link_unknown")."""
        wish = self.by_confirm_link(token)
        if wish is None:
            raise Refused("link_unknown")
        if wish.confirmed_at is None:
            wish.confirmed_at = now
            wish.save(update_fields=["confirmed_at"])
        return wish

    @transaction.atomic
    def stop(self, *, token: str) -> bool:
        """Forget a wish and every message of it; say whether there was one, since an old link stops nothing."""
        wishes = list(self.model.objects.select_for_update().filter(stop_hash=hashed(token)))
        for wish in wishes:
            self._forget(wish)
        return bool(wishes)

    def is_stop_link(self, token: str) -> bool:
        """Say whether a link would stop something."""
        return bool(self.model.objects.filter(stop_hash=hashed(token)).exists())

    def _forget(self, wish: Any) -> None:
        messages.withdraw(about=self.mark(wish))
        wish.delete()

    def forget(self, *, now: datetime) -> None:
        """Delete the wishes that nobody confirmed in three days, and their messages."""
        old = now - timedelta(days=KEPT_DAYS)
        for wish in self.model.objects.filter(confirmed_at=None, asked_at__lt=old):
            with transaction.atomic():
                self._forget(wish)
