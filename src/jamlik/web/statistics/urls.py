"""Addresses of `statistics`, under `/statistics/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.statistics import finding_views, import_views, release_views, views

app_name = "statistics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("data-sets/new/", views.new, name="new"),
    path("data-sets/<int:pk>/", views.data_set, name="data_set"),
    path("data-sets/<int:pk>/change/", views.change, name="change"),
    path("data-sets/<int:pk>/upload/", views.upload, name="upload"),
    path("data-sets/<int:pk>/fetch/", views.fetch_again, name="fetch_again"),
    path("data-sets/<int:pk>/undo/", views.undo, name="undo"),
    path("data-sets/<int:pk>/publish/", release_views.publish, name="publish"),
    path("municipality/", views.municipality, name="municipality"),
    path("imports/<int:pk>/", import_views.import_page, name="import"),
    path("imports/<int:pk>/correct/", import_views.correct, name="correct"),
    path("imports/<int:pk>/describe/", import_views.describe, name="describe"),
    path("imports/<int:pk>/accept/", import_views.accept, name="accept"),
    path("imports/<int:pk>/refuse/", import_views.refuse, name="refuse"),
    path("imports/<int:pk>/redo/", views.redo, name="redo"),
    path("imports/<int:pk>/again/", import_views.again, name="again"),
    path("findings/", finding_views.findings, name="findings"),
    path("findings/register/", finding_views.register_by_hand, name="register"),
    path("findings/<int:pk>/", finding_views.finding, name="finding"),
    path("analyses/<int:pk>/hidden/", release_views.hidden, name="hidden"),
    path("releases/", release_views.releases, name="releases"),
    path("releases/<int:pk>/", release_views.release, name="release"),
    path("releases/<int:pk>/content.json", release_views.content, name="content"),
    path("releases/<int:pk>/withdraw/", release_views.withdraw, name="withdraw"),
]
