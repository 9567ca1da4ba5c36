from datetime import datetime
from typing import Literal

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from doorstep.staff.permissions import ROLES, SCOPES, granted


class StaffManager(BaseUserManager["StaffUser"]):
    """Finds staff by the name they sign in with."""


class StaffUser(AbstractBaseUser):
    """Someone who works here, with the roles that give permissions."""

    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=20, choices=[(r, r) for r in ROLES]))
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    objects = StaffManager()

    def may(self, permission: str) -> bool:
        """Say whether one of this person's roles gives the permission."""
        return self.is_active and permission in granted(self.roles)


class Identity(models.Model):
    """Who an account belongs to at the council's own sign-in: (issuer, key), which never change."""

    issuer = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    staff = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="identities")
    made_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "key"], name="one_account_an_identity")
        ]


class Token(models.Model):
    """What another system shows to use the API; the secret itself is shown once and kept as a hash."""

    name = models.CharField(max_length=80, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=[(s, s) for s in SCOPES]))
    made_by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="tokens_made")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.PROTECT, related_name="tokens_revoked"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revoked_by_someone",
            )
        ]

    def state(self, now: datetime) -> Literal["valid", "expired", "revoked"]:
        """Say whether the token still opens anything."""
        if self.revoked_at:
            return "revoked"
        return "valid" if now < self.expires_at else "expired"


class Look(models.Model):
    """One look by a member of staff at a person's record."""

    staff = models.ForeignKey(StaffUser, on_delete=models.PROTECT)
    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    key = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["what", "key"])]


class StaffEvent(models.Model):
    """What was done to an account or a token, and who came in; never changed, never deleted."""

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=30)
    # The account that did it; empty: a command on the machine, or somebody who did not come in.
    by = models.CharField(max_length=80, blank=True)
    # The account or token that it was done to.
    about = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
