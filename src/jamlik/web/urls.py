"""Every address of the site: each app has its own part, the working desk is the first page."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("jamlik.web.core.urls")),
    path("account/", include("jamlik.web.core.account_urls")),
    *(path(f"{app}/", include(f"jamlik.web.{app}.urls")) for app in settings.APPS if app not in {"core", "desk"}),
    path("", include("jamlik.web.desk.urls")),
]

handler403 = "jamlik.web.core.views.refused"
handler404 = "jamlik.web.core.views.not_found"
handler429 = "jamlik.web.core.views.too_many"
handler500 = "jamlik.web.core.views.fault"
