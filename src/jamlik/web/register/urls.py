"""Addresses of `register`, under `/register/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.register import law_views, views

app_name = "register"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.document_list, name="documents"),
    path("documents/new/", views.new_document, name="new_document"),
    path("documents/new/<slug:step>/", views.new_document, name="new_document_step"),
    path("documents/<int:key>/", views.document, name="document"),
    path("documents/<int:key>/edit/", views.edit_document, name="edit_document"),
    path("documents/<int:key>/edit/<slug:step>/", views.edit_document, name="edit_document_step"),
    path("documents/<int:key>/versions/new/", views.add_version, name="add_version"),
    path("versions/<int:key>/file/", views.download, name="download"),
    path("laws/", law_views.law_list, name="laws"),
    path("laws/load/", law_views.load_laws, name="load_laws"),
    path("laws/new/", law_views.add_law, name="add_law"),
    path("laws/<int:key>/", law_views.law, name="law"),
    path("laws/<int:key>/edit/", law_views.edit_law, name="edit_law"),
    path("themes/", law_views.themes, name="themes"),
    path("themes/templates/<slug:key>/", law_views.use_template, name="use_template"),
    path("themes/sets/new/", law_views.add_theme_set, name="add_theme_set"),
    path("themes/sets/<int:key>/edit/", law_views.edit_theme_set, name="edit_theme_set"),
    path("themes/sets/<int:key>/themes/new/", law_views.add_theme, name="add_theme"),
    path("themes/<int:key>/edit/", law_views.edit_theme, name="edit_theme"),
]
