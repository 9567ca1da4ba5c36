"""What the web server calls."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from doorstep.web.kit import when_away

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")
# What is loaded stays: to look again and again for what is over takes a quarter of a start.
gc.disable()
_answers = get_wsgi_application()
application = when_away.LastResort(_answers, when_away.page())
gc.freeze()
gc.enable()
