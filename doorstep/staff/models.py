from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Literal

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from doorstep.staff import who
from doorstep.staff.permissions import SCOPES


class StaffManager(BaseUserManager["StaffUser"]):
    """Finds staff by the name they sign in with."""


class StaffUser(AbstractBaseUser):
    """Someone who works here, or for a partner; their grants say what they may do."""

    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    # What stood in the place of grants for the version before; nothing reads it.
    roles = ArrayField(models.CharField(max_length=20), default=list)
    is_active = models.BooleanField(default=True)
    # For the day on which nothing else works: each use of it is an alarm.
    break_glass = models.BooleanField(default=False, db_default=False)
    # The key that leads to the desk's search box; empty: none does.
    find_key = models.CharField(max_length=1, blank=True, default="/", db_default="/")
    # The keys that begin a telephone call, and end the contact that is open; empty: none does.
    begin_key = models.CharField(max_length=3, blank=True, default="F8", db_default="F8")
    end_key = models.CharField(max_length=3, blank=True, default="F9", db_default="F9")
    # Whether contacts of theirs stand on a screen (`contacts`); without them no page asks.
    has_contacts = models.BooleanField(default=False, db_default=False)

    USERNAME_FIELD = "username"
    objects = StaffManager()

    @cached_property
    def who(self) -> who.Staff:
        """Return the grants that are held now; looked up once for each time that this person is read."""
        rows = self.grants.filter(Q(until=None) | Q(until__gt=timezone.now())).order_by("id")
        columns = rows.values_list("role", "team", "ward", "key")
        held = (who.Held(role, team, ward, key) for role, team, ward, key in columns)
        return who.Staff(self.pk, tuple(held) if self.is_active else ())

    def hold(self, grants: Iterable[dict[str, str | None]], now: datetime) -> None:
        """Take the grants that were read with this person, as `who` would look them up."""
        valid = [
            g for g in grants if g["until"] is None or datetime.fromisoformat(g["until"]) > now
        ]
        held = (who.Held(g["role"], g["team"], g["ward"], g["key"]) for g in valid)  # type: ignore[arg-type]
        self.__dict__["who"] = who.Staff(self.pk, tuple(held) if self.is_active else ())

    def may(self, permission: str) -> bool:
        """Say whether one of this person's grants gives the permission, for whichever cases."""
        return self.who.may(permission)

    @property
    def role_names(self) -> list[str]:
        """Return the roles that this person has now."""
        return who.roles_of(self.who.grants)


class Grant(models.Model):
    """A role that somebody has: of which team, ward, crew list or partner, until when, and from where it came."""

    staff = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20)
    # A team's name, as its services say it; empty: every team.
    team = models.CharField(max_length=80, blank=True)
    # The ONS code of a ward; empty: no ward.
    ward = models.CharField(max_length=9, blank=True)
    # Of a crew the code of its list (empty: every list), of a partner the code of the authority.
    key = models.CharField(max_length=40, blank=True)
    until = models.DateTimeField(null=True)
    source = models.CharField(
        max_length=10, choices=[(s, s) for s in ("screen", "command", "moved", "sso")]
    )
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "role", "team", "ward", "key", "source"],
                name="one_grant_of_a_kind",
            ),
            models.CheckConstraint(
                condition=~Q(role="councillor") | ~Q(ward=""),
                name="councillor_of_a_ward",
            ),
            models.CheckConstraint(
                condition=~Q(role="partner") | ~Q(key=""), name="partner_of_an_authority"
            ),
        ]


class Team(models.Model):
    """A team that has, or will have, services: known here before the first service names it."""

    name = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField()


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
    # The services that it is for; none: for each.
    services = ArrayField(models.SlugField(), default=list, db_default=[])
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

    @property
    def who(self) -> who.Program:
        """Return what this token may do."""
        return who.Program(frozenset(self.scopes), frozenset(self.services))

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


class WayBack(models.Model):
    """A link by which somebody who lost what they sign in with comes in once; a colleague asks for it, of two the second makes it."""

    staff = models.ForeignKey(StaffUser, on_delete=models.CASCADE, related_name="ways_back")
    # None: a second colleague must agree first.
    secret_hash = models.CharField(max_length=64, null=True, unique=True)
    # Whoever asked; nobody: a command on the machine.
    asked_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.CASCADE, related_name="ways_asked"
    )
    # The second colleague, where it took two.
    agreed_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.CASCADE, related_name="ways_agreed"
    )
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class Alarm(models.Model):
    """What the administrators are told until one has looked into it: an emergency's account was used, or there is a new one of them."""

    why = models.CharField(max_length=15, default="break-glass", db_default="break-glass")
    about = models.ForeignKey(StaffUser, on_delete=models.CASCADE, related_name="alarms")
    # Who made somebody an administrator.
    by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.PROTECT, related_name="alarms_raised"
    )
    at = models.DateTimeField()
    seen_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.PROTECT, related_name="alarms_seen"
    )
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["at"], condition=Q(seen_at=None), name="alarms_not_seen"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="alarm_seen_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(why="break-glass", by=None) | Q(why="administrator", by__isnull=False),
                name="alarm_for_a_reason",
            ),
        ]
