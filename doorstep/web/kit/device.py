"""What a device is called in a list of somebody's own: browser and system, as it says them; nothing that follows anybody."""

from django.http import HttpRequest

# Each browser says that it is also those further down.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def words(request: HttpRequest) -> str:
    """Return such as "Firefox on Windows"; "" where it says neither."""
    says = request.META.get("HTTP_USER_AGENT", "")
    named = [
        next((name for mark, name in table if mark in says), "") for table in (BROWSERS, SYSTEMS)
    ]
    return " on ".join(name for name in named if name)
