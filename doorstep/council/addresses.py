"""Addresses of what leaves the house: where links in messages, feeds and payments lead.

Rooms below the front doors name a place here; that a front door serves each of them, and under the
same name, is held by a test (`tests/web/test_addresses.py`).
"""

from django.conf import settings

PATHS = {
    "open_case": "/case/open/{token}",
    "resume": "/services/{slug}/resume/{token}",
    "pay_return": "/pay/return/{token}",
    "desk_pay_return": "/desk/pay/return/{token}",
    "bins_at": "/bins/{uprn}",
    "note_confirm": "/bins/note/confirm/{token}",
    "note_stop": "/bins/note/stop/{token}",
    "reports": "/reports",
    "report": "/reports/{reference}",
    "report_photo": "/reports/{reference}/photos/{name}",
    "follow_confirm": "/reports/follow/confirm/{token}",
    "follow_stop": "/reports/follow/stop/{token}",
    "contact": "/contact",
    "sso": "/desk/sign-in/with",
    "sso_back": "/desk/sign-in/back",
    "security": "/.well-known/security.txt",
}


def path(place: str, /, **parts: object) -> str:
    """Return the path of a named place; with an empty token, its beginning."""
    return PATHS[place].format(**parts)


def link(place: str, /, **parts: object) -> str:
    """Return the whole address of a named place, for whoever reads it elsewhere."""
    return f"{base()}{path(place, **parts)}"


def base() -> str:
    """Return what every address of this council begins with, without a stroke at the end."""
    return str(settings.BASE_ADDRESS)
