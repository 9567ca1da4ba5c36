"""How static files are named and compressed, once at set-up (`tools/served.py`)."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Served(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Names files by what they hold, also in the imports of our scripts, and lays a compressed one beside each."""

    support_js_module_import_aggregation = True
