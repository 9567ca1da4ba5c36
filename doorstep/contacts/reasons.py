"""Why people come, beside the services; what demand it is; and whether they were offered to do it online: all by code."""

from doorstep.catalogue import queries as catalogue

# Reasons that are no service's. Codes of services have hyphens and are the council's; one of the same word is shown as that.
OWN = ("progress", "information", "change", "complaint", "elsewhere", "other")
# They came for what we are here for, or need not have come if we had done something, or done it right.
VALUE, FAILURE = "value", "failure"
# Why they need not have come (after the former National Indicator 14), and where something of ours went wrong.
KINDS = ("chasing", "clarification", "signposting", "closed_early", "duplicate", "went_wrong")
OFFERED = ("taken", "declined", "not_offered")


def is_reason(slug: str) -> bool:
    """Say whether something is a reason: one of our own, or a service that runs; "" is none known."""
    return slug in ("", *OWN) or catalogue.current(slug) is not None
