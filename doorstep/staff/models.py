from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from doorstep.staff.permissions import ROLES, granted


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


class Look(models.Model):
    """One look by a member of staff at a person's record."""

    staff = models.ForeignKey(StaffUser, on_delete=models.PROTECT)
    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    key = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["what", "key"])]
