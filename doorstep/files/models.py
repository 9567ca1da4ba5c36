from django.db import models

STATES = ("waiting", "clean", "refused", "unscanned")


class Photo(models.Model):
    """A photo that was taken in; `kept` once a case or a crew's record holds it, swept away otherwise."""

    name = models.CharField(max_length=40, primary_key=True)
    taken_at = models.DateTimeField(db_index=True)
    kept = models.BooleanField(default=False)

    class Meta:
        # Its name from before this room was: the version before still reads it while this one starts.
        db_table = "outside_photo"
        indexes = [
            models.Index(
                fields=["taken_at"], condition=models.Q(kept=False), name="photos_not_kept"
            ),
        ]


class Paper(models.Model):
    """A file that is no photo, such as a lease; `kept` once a case holds it, swept away otherwise.

    While it is `waiting` for the virus scanner nobody opens it; one that was `refused` has no file any more. `told_at` is when
    its case's team was asked about it.
    """

    name = models.CharField(max_length=40, primary_key=True)
    # As its person called it, for them and for staff.
    file_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    kept = models.BooleanField(default=False)
    # The reference of the case that holds it.
    holder = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=[(k, k) for k in STATES])
    # What the scanner found in it.
    found = models.CharField(max_length=80, blank=True)
    # When the scanner was given up, until it is asked again.
    given_up_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=STATES),
                name="paper_state",
            ),
            models.CheckConstraint(
                condition=models.Q(state="refused", found__gt="")
                | (~models.Q(state="refused") & models.Q(found="")),
                name="paper_refused_for_what_was_found",
            ),
        ]
        indexes = [
            models.Index(
                fields=["taken_at"], condition=models.Q(kept=False), name="papers_not_kept"
            ),
            models.Index(
                fields=["taken_at"], condition=models.Q(state="waiting"), name="papers_waiting"
            ),
            models.Index(
                fields=["name"],
                condition=models.Q(state="refused", told_at=None),
                name="papers_to_tell_of",
            ),
        ]

    @property
    def may_be_opened(self) -> bool:
        """Say whether staff may open it: nothing was found in it, or no scanner is there to ask."""
        return self.state in ("clean", "unscanned")
