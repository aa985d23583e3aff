"""The site as a WSGI application, for Granian or another server: `jamlik.web.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jamlik.web.settings")
application = get_wsgi_application()

from jamlik.web.core.worker import leave_with  # noqa: E402 - the tables it reads need Django started first

if os.environ.get("JAMLIK_SERVE_PID") == str(os.getppid()):  # `jamlik serve` started this process
    leave_with(os.getppid())
