"""The site as a WSGI application, for Granian or another server: `jamlik.web.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jamlik.web.settings")
application = get_wsgi_application()
