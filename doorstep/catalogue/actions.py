"""Publishes definitions."""

from datetime import datetime

from django.db import transaction

from doorstep.catalogue import taken_names
from doorstep.catalogue.build_service import build_all
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.models import Played, Version
from doorstep.catalogue.queries import running, runs, settings, settings_digest
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.staff.actor import SYSTEM, Actor


def played(*, service: Service, examples: int, now: datetime) -> None:
    """Write down that all examples of this content came out with today's settings."""
    Played.objects.update_or_create(
        digest=service.digest,
        settings_digest=settings_digest(settings(service, now.date())),
        defaults={"examples": examples, "at": now},
    )


def _refuse_prefix(service: Service, contents: dict[str, str]) -> None:
    """Raise DefinitionError where a service that runs has the prefix: references would not say which one is meant."""
    for other in running():
        if other.about.prefix == service.about.prefix and other.slug != service.slug:
            where = Source("service.yaml", contents["service.yaml"]).where("prefix")
            raise DefinitionError([taken_names.prefix(where, other.about.prefix, other.slug)])


@transaction.atomic
def publish(*, contents: dict[str, str], now: datetime, by: Actor = SYSTEM) -> Service:
    """Make this content the current version; raises DefinitionError, Refused("not_played")."""
    service = build_all(contents)
    _refuse_prefix(service, contents)
    values_digest = settings_digest(settings(service, now.date()))
    if not Played.objects.filter(digest=service.digest, settings_digest=values_digest).exists():
        raise Refused("not_played", slug=service.slug)
    Version.objects.filter(slug=service.slug, current=True).exclude(digest=service.digest).update(
        current=False
    )
    Version.objects.update_or_create(
        digest=service.digest,
        defaults={"current": True},
        create_defaults={
            "slug": service.slug,
            "files": contents,
            "published_at": now,
            "published_by": by.key,
            "current": True,
        },
    )
    runs.forget()
    return service
