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


class Session(models.Model):
    """A browser in which somebody is signed in, or is about to; the key itself is in its cookie alone."""

    key_hash = models.CharField(max_length=64, unique=True)
    staff = models.ForeignKey(
        StaffUser, null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    data = models.JSONField(default=dict)
    began = models.DateTimeField(db_index=True)
    seen = models.DateTimeField()
    # When the person last showed who they are.
    proved = models.DateTimeField(null=True)
    # By what they came in: "passkey", "code", "recovery", "sso", "demo" …
    how = models.CharField(max_length=20, blank=True)
    # Such as "Firefox on Windows"; never an address.
    device = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(staff=None, proved=None)
                | models.Q(staff__isnull=False, proved__isnull=False),
                name="proved_by_somebody",
            )
        ]


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

    class Meta:
        indexes = [models.Index(fields=["about", "id"], name="events_about")]


class Key(models.Model):
    """A passkey: what a device or a password manager shows for its owner; the secret part never leaves that."""

    staff = models.ForeignKey(StaffUser, on_delete=models.CASCADE, related_name="keys")
    # Both as the browser writes them (base64url).
    credential = models.CharField(max_length=1400, unique=True)
    public_key = models.TextField()
    # How often it was used, where it counts; 0: it does not, such as one that is kept on several devices.
    counter = models.BigIntegerField()
    name = models.CharField(max_length=60)
    transports = ArrayField(models.CharField(max_length=20), default=list)
    backed_up = models.BooleanField()
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Ceremony(models.Model):
    """A passkey that was asked for: its challenge is answered once, in the browser that asked, for a few minutes."""

    challenge_hash = models.CharField(max_length=64, unique=True)
    browser_hash = models.CharField(max_length=64)
    kind = models.CharField(
        max_length=10, choices=[(k, k) for k in ("register", "come in", "prove")]
    )
    # Whose passkey it must be; nobody: whoever's it is comes in.
    staff = models.ForeignKey(StaffUser, null=True, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)


class Secret(models.Model):
    """An authenticator app that somebody set up: its secret, sealed, and the last half-minute whose code was taken."""

    staff = models.OneToOneField(StaffUser, on_delete=models.CASCADE, related_name="secret")
    sealed = models.TextField()
    confirmed_at = models.DateTimeField()
    last_step = models.BigIntegerField()


class RecoveryCode(models.Model):
    """One of the codes that somebody keeps on paper; it opens once."""

    staff = models.ForeignKey(StaffUser, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
