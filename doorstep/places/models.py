from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func

from doorstep.places.grid import Point

# The words of a home's first line, as the index of homes has them.
LINE_WORDS = Func(
    F("line"),
    template="to_tsvector('simple', %(expressions)s)",
    output_field=SearchVectorField(),
)


class Ward(models.Model):
    """An electoral ward, by its ONS code."""

    code = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=80)


class Street(models.Model):
    """A street, by its USRN."""

    usrn = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=120)
    locality = models.CharField(max_length=80)


class Property(models.Model):
    """A property, by its UPRN; eastings and northings in metres, as given."""

    uprn = models.BigIntegerField(primary_key=True)
    street = models.ForeignKey(Street, on_delete=models.PROTECT)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    line = models.CharField(max_length=120)
    sort = models.IntegerField()
    postcode = models.CharField(max_length=8, db_index=True)
    blpu_class = models.CharField(max_length=6)
    easting = models.IntegerField()
    northing = models.IntegerField()

    class Meta:
        indexes = [
            GistIndex(Point("easting", "northing"), name="homes_by_place"),
            GinIndex(LINE_WORDS, name="homes_by_words"),
        ]

    @property
    def address(self) -> str:
        """Return the address on one line; reads the street."""
        return f"{self.line}, {self.street.locality}, {self.postcode}"
