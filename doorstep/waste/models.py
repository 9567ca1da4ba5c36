from django.db import models

from doorstep.places.models import Property, Street


class Round(models.Model):
    """A round: one crew's streets on one weekday every `weeks` weeks, counted from `anchor`."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=80)
    stream = models.CharField(max_length=20)
    anchor = models.DateField()
    weeks = models.IntegerField()


class Container(models.Model):
    """A container at a property, emptied by a round; flats share those of their building."""

    place = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="containers")
    kind = models.CharField(max_length=20)
    round = models.ForeignKey(Round, on_delete=models.PROTECT)


class Assisted(models.Model):
    """A home whose containers the crew fetches; never shown to anyone but staff."""

    place = models.OneToOneField(Property, on_delete=models.PROTECT, primary_key=True)


class Suspension(models.Model):
    """A stream not collected between two days, both included."""

    stream = models.CharField(max_length=20)
    first = models.DateField()
    last = models.DateField()


class MovedDay(models.Model):
    """A collection day that moves to another for every round, such as at Christmas."""

    day = models.DateField(unique=True)
    to = models.DateField()


class BinNote(models.Model):
    """A wish for an e-mail the evening before a home's collections; nothing else is kept of anyone.

    It counts once its address was confirmed by a link. Both links are kept as hashes.
    """

    place = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=3)
    asked_at = models.DateTimeField(db_index=True)
    confirmed_at = models.DateTimeField(null=True)
    confirm_hash = models.CharField(max_length=64, db_index=True)
    stop_hash = models.CharField(max_length=64, db_index=True)
    # The last collection day told of.
    told_for = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "email"], name="one_note_a_home_and_address")
        ]


class RoundDay(models.Model):
    """A round's progress on one day; delayed carries a moment and a public sentence."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT)
    day = models.DateField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=80, blank=True)
    finished_by = models.CharField(max_length=80, blank=True)
    vehicle = models.CharField(max_length=20, blank=True)
    delayed_until = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "day"], name="one_row_a_round_and_day"),
            models.CheckConstraint(
                condition=models.Q(delayed_until=None, sentence="")
                | (models.Q(delayed_until__isnull=False) & ~models.Q(sentence="")),
                name="delayed_with_a_sentence",
            ),
        ]


class StreetDay(models.Model):
    """One street of a round on one day: when its crew began it and was through, with which vehicle."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT)
    day = models.DateField()
    street = models.ForeignKey(Street, on_delete=models.PROTECT)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=80)
    vehicle = models.CharField(max_length=20, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "day", "street"], name="one_row_a_round_day_and_street"
            )
        ]
