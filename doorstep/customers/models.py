from django.db import models


class Customer(models.Model):
    """How to reach the person behind a case; every field may be empty."""

    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
