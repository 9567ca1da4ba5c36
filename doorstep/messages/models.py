from django.db import models
from django.db.models import Q

from doorstep.cases.models import Case, Draft


class Message(models.Model):
    """One message to one person; the key is ours, and the provider is asked to honour it."""

    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="messages")
    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="+")
    # What it is about when that belongs to a room above: its kind and key, such as `bin-note:12`.
    about = models.CharField(max_length=60, blank=True, db_index=True)
    # Where its link leads: the address before the token.
    path = models.CharField(max_length=80, blank=True)
    # Its link stops all such messages by one click, and is told to mail programs (RFC 8058).
    one_click = models.BooleanField(default=False)
    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=[("email", "email"), ("text", "text")])
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    queued_at = models.DateTimeField(db_index=True)
    # Not before this moment, and only while the case still stands where it stood (a reminder).
    not_before = models.DateTimeField(null=True)
    while_in = models.CharField(max_length=40, blank=True, db_default="")
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, blank=True)
    # Since when it is being handed over; it stays when nobody noted how that ended.
    begun_at = models.DateTimeField(null=True)
    # When its carrier is asked next what became of it; empty once that is known, or never said.
    ask_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # Why it failed (provider.Why), and the carrier's words for staff.
    why_not = models.CharField(max_length=20, blank=True, db_default="")
    said = models.CharField(max_length=300, blank=True, db_default="")
    # The message that was sent again by this one.
    again_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="again")

    class Meta:
        indexes = [
            models.Index("ask_at", name="message_to_ask_after", condition=Q(ask_at__isnull=False)),
            # What is looked at each minute and each night: what waits, and what goes after days.
            models.Index(
                fields=["queued_at"],
                condition=Q(sent_at=None, failed_at=None),
                name="messages_waiting",
            ),
            models.Index(fields=["queued_at"], condition=~Q(about=""), name="messages_for_days"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, receipt="") | (Q(sent_at__isnull=False) & ~Q(receipt="")),
                name="sent_with_a_receipt",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(draft__isnull=False) | ~Q(about=""),
                name="about_something",
            ),
            models.CheckConstraint(
                condition=Q(ask_at=None) | Q(sent_at__isnull=False), name="asked_after_when_sent"
            ),
        ]

    @property
    def topic(self) -> str:
        """Return what a task about it is ended by, once its person was told."""
        return f"message-{self.pk}"
