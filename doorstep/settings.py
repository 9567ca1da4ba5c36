"""Django's settings; everything that differs between places comes from the environment.

Importing this starts nothing.
"""

import hashlib
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from doorstep import database_url, demo_key, moved_clock, production

ROOT = Path(__file__).resolve().parents[1]
DEMO = os.environ.get("DOORSTEP_DEMO") == "1"
TESTING = "pytest" in sys.modules
DEBUG = False
try:
    CLOCK_MOVED_BY = moved_clock.from_environment(demo=DEMO)
except moved_clock.WrongMoment as exc:
    raise ImproperlyConfigured(str(exc)) from None
if CLOCK_MOVED_BY is not None:
    # Here, before any library takes the function that tells the time under a name of its own.
    moved_clock.move(CLOCK_MOVED_BY)


def state_folder() -> Path:
    """Return where this checkout keeps its state: /var/lib/doorstep/<hash> as root, else .data."""
    if os.environ.get("DOORSTEP_DATA"):
        return Path(os.environ["DOORSTEP_DATA"])
    beside = demo_key.beside()
    if os.geteuid() == 0:
        name = hashlib.sha256(bytes(ROOT)).hexdigest()[:12] + beside
        return Path("/var/lib/doorstep") / name / "files"
    return ROOT / f".data{beside}" / "files"


DATA = state_folder()
os.environ.setdefault("DOORSTEP_DATA", str(DATA))

# A folder whose service is tried out, in a database that is thrown away (`services try`); its clock is a file's.
TRIED = os.environ.get("DOORSTEP_TRY", "")
TRIED_CLOCK = DATA / "clock"
if TRIED and not DEMO:
    raise ImproperlyConfigured("DOORSTEP_TRY is set by `services try` alone; unset it.")
if TRIED:
    CLOCK_MOVED_BY = timedelta()
    moved_clock.follow(TRIED_CLOCK)

_WRONG = [] if DEMO or TESTING else production.wrong(os.environ, root=os.geteuid() == 0)
if _WRONG:
    raise ImproperlyConfigured(production.sentences(_WRONG))
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    try:
        SECRET_KEY = demo_key.kept_in(DATA) if DEMO else secrets.token_hex(32)
    except OSError as exc:
        raise ImproperlyConfigured(f"the demo's key cannot be kept in {DATA}: {exc.strerror}; set DOORSTEP_DATA.") from None  # fmt: skip
# While a key is being changed, the one before still opens sessions (how-to/run.md).
SECRET_KEY_FALLBACKS = [k for k in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if k]
# Links in messages are made from this; it stays when SECRET_KEY changes.
LINKS_KEY = os.environ.get("LINKS_KEY") or SECRET_KEY
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
# A browser has no passkeys for a number such as 127.0.0.1, so the demo goes by a name.
BASE_ADDRESS = os.environ.get("BASE_ADDRESS", f"http://localhost:{os.environ.get('PORT', '8000')}")
# The domain that staff's passkeys are bound to; without it the host of BASE_ADDRESS. Another one makes all of them useless.
PASSKEY_DOMAIN = os.environ.get("PASSKEY_DOMAIN", "")


def database(url: str) -> dict[str, object]:
    """Return Django's settings for a DATABASE_URL; raises ImproperlyConfigured."""
    try:
        return database_url.settings(url)
    except database_url.WrongUrl as exc:
        raise ImproperlyConfigured(str(exc)) from None


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgres://127.0.0.1/doorstep"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOMS = (
    "places",
    "staff",
    "catalogue",
    "signposts",
    "customers",
    "tasks",
    "outside",
    "files",
    "cases",
    "intake",
    "authorities",
    "bookings",
    "contacts",
    "fieldwork",
    "messages",
    "payments",
    "reports",
    "waste",
    "rehearsal",
    "demo",
    "insight",
    "web",
)
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    *(f"doorstep.{room}" for room in ROOMS),
]
AUTH_USER_MODEL = "staff.StaffUser"
# How long a password must be stands in staff.actions.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("CommonPassword", "NumericPassword")
] + [{"NAME": "doorstep.staff.passwords.Varied"}]
LOGIN_URL = "/desk/sign-in"
MIDDLEWARE = [
    "doorstep.web.kit.proxy.Proxy",
    "doorstep.web.kit.log.RequestLog",
    "doorstep.web.kit.first_and_last.Host",
    "doorstep.web.kit.first_and_last.Head",
    "doorstep.web.demo.alone.Alone",
    "doorstep.web.demo.watching.Watching",
    "doorstep.web.kit.gate.Gate",
    "doorstep.web.kit.cross_origin.CrossOrigin",
    "django.middleware.security.SecurityMiddleware",
    # A page's forgery token is masked anew each time, and a random length goes along: BREACH finds nothing to compare.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "doorstep.web.kit.first_and_last.Last",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "doorstep.web.kit.session.SignedIn",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "doorstep.web.kit.policy.Policy",
    "doorstep.web.kit.language.Language",
    "doorstep.web.desk.facing.Facing",
    "doorstep.web.kit.errors.WrongWay",
]
ROOT_URLCONF = "doorstep.urls"
WSGI_APPLICATION = "doorstep.wsgi.application"
WEB = ROOT / "doorstep" / "web"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [
            WEB / door / "templates"
            for door in ("kit", "form", "portal", "desk", "crew", "signing")
        ],
        "OPTIONS": {
            "environment": "doorstep.web.environment.environment",
            "context_processors": ["doorstep.web.environment.one_token_a_page"],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [
    (name, ROOT / "static-built" / name)
    for name in ("govuk", "leaflet")
    if (ROOT / "static-built" / name).exists()
] + [("kit", WEB / "kit" / "static" / "kit")]
# Named and compressed at set-up (tools/served.py); tests read the files themselves.
STATIC_ROOT = ROOT / "static-built" / "served"
IS_SERVED = not TESTING and (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "doorstep.web.kit.static_files.Served"
        if IS_SERVED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
SILENCED_SYSTEM_CHECKS = ["urls.W002"]  # /desk and /crew carry no trailing slash
WHITENOISE_USE_FINDERS = not IS_SERVED
WHITENOISE_AUTOREFRESH = TESTING
# Where a map's pictures come from, such as https://tiles.example/{z}/{x}/{y}.png, and whom to credit;
# without it there is the light map of our own.
MAP_TILES = os.environ.get("MAP_TILES", "")
MAP_CREDIT = os.environ.get("MAP_CREDIT", "")
_TILES = urlsplit(MAP_TILES)
_TILE_HOST = [f"{_TILES.scheme}://{_TILES.netloc.replace('{s}', '*')}"] if _TILES.netloc else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, *_TILE_HOST],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "doorstep.web.kit.errors.forged"
# Rows of staff.Session; how long one lasts stands there (staff.sessions), a cookie never longer.
SESSION_ENGINE = "doorstep.web.kit.session"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_COOKIES = not (DEMO or TESTING)
# Where it travels by https alone, no other host can set it.
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE_COOKIES else "sessionid"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
# A reverse proxy ends TLS; it must set both headers itself, whatever the caller sent (how-to/run.md).
BEHIND_PROXY = os.environ.get("BEHIND_PROXY") == "1"
if BEHIND_PROXY and DEMO:
    raise ImproperlyConfigured(
        "DOORSTEP_DEMO=1 does not start behind a proxy: its sign-ins are for anyone; unset BEHIND_PROXY."
    )
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Asked on the machine itself, without TLS.
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
# Of a request's fields and body; files have bounds of their own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# What happens on forms is counted, as sums of many (how-to/counting.md); a test writes them out itself.
COUNTING = os.environ.get("DOORSTEP_COUNTING", "1") != "0"
COUNTS_ARE_WRITTEN = not TESTING
# For so long a page that is alike for everybody is given as it was made (web/kit/alike); a test looks at once.
KEPT_PAGES_SECONDS = 0 if TESTING else 5
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [ROOT / "locale"]
# In the demo the stand-in for GOV.UK Pay listens here (cli/supervisor.py).
_PORT = os.environ.get("PORT", "8000")
_BESIDE = int(_PORT) + (1000 if int(_PORT) < 64000 else -1000) if _PORT.isdecimal() else 9000
STANDIN_PORT = int(os.environ.get("GOVUK_PAY_PORT", _BESIDE))
_PAY = "https://publicapi.payments.service.gov.uk"
GOVUK_PAY_URL = os.environ.get(
    "GOVUK_PAY_URL", f"http://127.0.0.1:{STANDIN_PORT}" if DEMO or TESTING else _PAY
)
GOVUK_PAY_KEY = os.environ.get("GOVUK_PAY_KEY", "api_test_demo" if DEMO else "")
GOVUK_PAY_SIGNING_SECRET = os.environ.get(
    "GOVUK_PAY_SIGNING_SECRET", f"webhooks-{SECRET_KEY}" if DEMO else ""
)
# Whether our account there may take cards from who is on the telephone (MOTO).
GOVUK_PAY_MOTO = os.environ.get("GOVUK_PAY_MOTO", "1" if DEMO or TESTING else "0") == "1"
# Where the provider's card pages are: the one other place that a form of ours may lead to.
_LOCAL = urlsplit(GOVUK_PAY_URL).hostname in ("127.0.0.1", "localhost")
GOVUK_PAY_PAGES = GOVUK_PAY_URL if _LOCAL else "https://*.payments.service.gov.uk"
if DEMO and (not _LOCAL or GOVUK_PAY_KEY.startswith("api_live_")):
    raise ImproperlyConfigured(
        "DOORSTEP_DEMO=1 does not start beside a live GOVUK_PAY_URL or GOVUK_PAY_KEY; unset one."
    )
# A mail server (connectors/smtp.py): its time limit, address and secret are the council's.
SMTP_HOST, SMTP_PORT = os.environ.get("SMTP_HOST", ""), os.environ.get("SMTP_PORT", "587")
SMTP_TLS = os.environ.get("SMTP_TLS", "starttls")
SMTP_USER, SMTP_PASSWORD = os.environ.get("SMTP_USER", ""), os.environ.get("SMTP_PASSWORD", "")
SMTP_FROM = os.environ.get("SMTP_FROM", "")
# GOV.UK Notify (connectors/govuk_notify.py). The token is what its callbacks must bring: made up by us.
GOVUK_NOTIFY_URL = os.environ.get("GOVUK_NOTIFY_URL", "https://api.notifications.service.gov.uk")
GOVUK_NOTIFY_KEY = os.environ.get("GOVUK_NOTIFY_KEY", "")
GOVUK_NOTIFY_CALLBACK_TOKEN = os.environ.get("GOVUK_NOTIFY_CALLBACK_TOKEN", "")
# Twilio (connectors/twilio.py), for text messages. A key of its own is better than the account's; from a number or name of ours.
TWILIO_URL = os.environ.get("TWILIO_URL", "https://api.twilio.com")
TWILIO_ACCOUNT, TWILIO_FROM = (
    os.environ.get("TWILIO_ACCOUNT", ""),
    os.environ.get("TWILIO_FROM", ""),
)
TWILIO_KEY, TWILIO_SECRET = os.environ.get("TWILIO_KEY", ""), os.environ.get("TWILIO_SECRET", "")
_MESSENGER = os.environ.get(
    "DOORSTEP_MESSENGER", "doorstep.connectors.demo.messenger.FileMessenger"
)
# The benefits system: how many days its extract may be old (connectors/academy_extract.py), or where it is read live
# (connectors/academy_http.py).
BENEFITS_EXTRACT_DAYS = int(os.environ.get("BENEFITS_EXTRACT_DAYS", "3"))
ACADEMY_URL = os.environ.get("ACADEMY_URL", "")
ACADEMY_AUTHORIZATION = os.environ.get("ACADEMY_AUTHORIZATION", "")
ACADEMY_KEY = os.environ.get("ACADEMY_KEY", "")
# The register of companies (connectors/companies_house.py); without a key nobody is asked.
COMPANIES_HOUSE_URL = os.environ.get(
    "COMPANIES_HOUSE_URL", "https://api.company-information.service.gov.uk"
)
COMPANIES_HOUSE_KEY = os.environ.get("COMPANIES_HOUSE_KEY", "")
# The virus scanner (connectors/clamav.py); none: files are kept unscanned, and whoever opens one reads so.
CLAMAV_ADDRESS = os.environ.get("CLAMAV_ADDRESS", "")
_NO_SCANNER = "doorstep.files.provider.NoScanner"
_SCANNER = "doorstep.connectors.clamav.ClamAV" if CLAMAV_ADDRESS else _NO_SCANNER
# The waste system that a council has already (connectors/whitespace.py); none: the book of rounds is kept here. The secret
# is what its callbacks must bring.
_WASTE = os.environ.get("DOORSTEP_WASTE", "")
_WASTE = {"whitespace": "doorstep.connectors.whitespace.Whitespace"}.get(_WASTE, _WASTE)
WASTE_PORT = int(os.environ.get("WASTE_PORT") or int(os.environ.get("PORT") or 8000) + 2000)
WHITESPACE_URL = os.environ.get(
    "WHITESPACE_URL", f"http://127.0.0.1:{WASTE_PORT}/WSAPIService.svc" if DEMO else ""
)
WHITESPACE_USER = os.environ.get("WHITESPACE_USER", "demo" if DEMO else "")
WHITESPACE_PASSWORD = os.environ.get("WHITESPACE_PASSWORD", "demo" if DEMO else "")
# With it a telephone system signs what it sends to /hooks/telephony; without it that address is not there.
TELEPHONY_SECRET = os.environ.get("DOORSTEP_TELEPHONY_SECRET", "")
WHITESPACE_SECRET = os.environ.get("WHITESPACE_SECRET", f"poke-{SECRET_KEY}" if DEMO else "")
# The council's own sign-in (connectors/oidc.py), with what its button says; none: staff sign in here alone. In the demo a stand-in.
SSO_PORT = int(os.environ.get("SSO_PORT") or int(os.environ.get("PORT") or 8000) + 3000)
SSO_STANDIN = DEMO and os.environ.get("DOORSTEP_SSO") == "1"
_TENANT = "9f4c2b1e-6d0a-4f6e-8a53-0c7d1f2e3a4b"
OIDC_ISSUER = os.environ.get(
    "OIDC_ISSUER", f"http://127.0.0.1:{SSO_PORT}/{_TENANT}/v2.0" if SSO_STANDIN else ""
)
OIDC_CLIENT = os.environ.get("OIDC_CLIENT", "doorstep-demo" if SSO_STANDIN else "")
OIDC_SECRET = os.environ.get("OIDC_SECRET", f"sso-{SECRET_KEY}" if SSO_STANDIN else "")
OIDC_NAME = os.environ.get("OIDC_NAME", "the stand-in" if SSO_STANDIN else "your council account")
_NO_RECORDS = "doorstep.customers.provider.NoRecords"
_COMPANIES = (
    "doorstep.connectors.demo.companies.DemoCompanies"
    if DEMO
    else "doorstep.customers.provider.NoOrganisations"
)
if COMPANIES_HOUSE_KEY:
    _COMPANIES = "doorstep.connectors.companies_house.CompaniesHouse"
CONNECTORS = {
    "authorities.carrier": "doorstep.connectors.open311.Open311",
    "payments.provider": "doorstep.connectors.govuk_pay.GovukPay",
    "messages.messenger": _MESSENGER,
    "messages.texts": os.environ.get("DOORSTEP_TEXTS") or _MESSENGER,
    # Who says whether a benefit is paid; where nothing is connected, nobody can say.
    "customers.records": os.environ.get("DOORSTEP_RECORDS")
    or ("doorstep.connectors.academy_extract.AcademyExtract" if DEMO else _NO_RECORDS),
    "customers.organisations": _COMPANIES,
    "files.scanner": _SCANNER,
    **({"waste.backend": _WASTE} if _WASTE else {}),
    **({"outside.identity": "doorstep.connectors.oidc.Oidc"} if OIDC_ISSUER else {}),
}
# GOV.UK Pay's own connector speaks to the stand-in in the demo: its address was looked at above.
# Open311's refuses every address but this machine's, where it is the demo.
# A mail server or a Notify on this machine is a stand-in, or a catcher of mail for developers.
_HERE = ("127.0.0.1", "localhost")
_ACADEMY_HERE = urlsplit(ACADEMY_URL).hostname in _HERE
_COMPANIES_HERE = urlsplit(COMPANIES_HOUSE_URL).hostname in _HERE
_CLAMAV_HERE = urlsplit(CLAMAV_ADDRESS).hostname in (*_HERE, None)  # None: a socket's path
_OIDC_HERE = urlsplit(OIDC_ISSUER).hostname in _HERE
_WHITESPACE_HERE = urlsplit(WHITESPACE_URL).hostname in _HERE
_NOTIFY_HERE = urlsplit(GOVUK_NOTIFY_URL).hostname in _HERE
_DEMOS = (
    "doorstep.connectors.demo.",
    "doorstep.connectors.academy_extract.",
    "doorstep.connectors.govuk_pay.",
    "doorstep.connectors.open311.",
    *(("doorstep.connectors.smtp.",) if SMTP_HOST in _HERE else ()),
    *(("doorstep.connectors.govuk_notify.",) if _NOTIFY_HERE else ()),
    *(("doorstep.connectors.academy_http.",) if _ACADEMY_HERE else ()),
    *(("doorstep.connectors.companies_house.",) if _COMPANIES_HERE else ()),
    *(("doorstep.connectors.whitespace.",) if _WHITESPACE_HERE else ()),
    *(("doorstep.connectors.clamav.",) if _CLAMAV_HERE else ()),
    *(("doorstep.connectors.oidc.",) if _OIDC_HERE else ()),
    _NO_RECORDS,
    _NO_SCANNER,
)
for _socket, _name in CONNECTORS.items():
    if DEMO and not _name.startswith(_DEMOS):
        raise ImproperlyConfigured(
            f"DOORSTEP_DEMO=1 does not start beside a live connector ({_socket}: {_name}); unset one."
        )
# Every room's jobs, and what keeps the queue itself.
PROCRASTINATE_IMPORT_PATHS = [
    *(f"doorstep.{r}.jobs" for r in ROOMS if (ROOT / "doorstep" / r / "jobs.py").exists()),
    "doorstep.outside.sweeper",
]
PROCRASTINATE_ON_APP_READY = "doorstep.outside.worker.prepare"
_BEFORE: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*_BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=not TESTING,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _BEFORE,
        }
    },
    "filters": {"impersonal": {"()": "doorstep.web.kit.log.Impersonal"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["impersonal"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Paths may hold a reference; Django's own request log is left out for it.
    "loggers": {
        "django.request": {"level": "CRITICAL"},
        # It names letters that a font lacks, and so of whom.
        "fpdf": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        # The library logs an error's own words; ours says its class (outside.later).
        "procrastinate": {"level": "CRITICAL"},
        # Each second of an outage is a line of its pool's; ours says once that a worker waits.
        "psycopg.pool": {"level": "ERROR"},
        "doorstep": {"level": os.environ.get("DOORSTEP_LOG", "WARNING" if DEMO else "INFO")},
    },
}
