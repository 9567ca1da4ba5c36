"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

from doorstep.web.kit import when_away

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")
_answers = get_wsgi_application()
application = when_away.LastResort(_answers, when_away.page())
