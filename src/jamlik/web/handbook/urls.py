"""Addresses of `handbook`, under `/handbook/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.handbook import (
    edition_views,
    edition_write_views,
    filled_views,
    paper_views,
    question_views,
    report_views,
    review_views,
    views,
)

app_name = "handbook"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.analysis_list, name="list"),
    path("new/", views.choose_unit, name="choose_unit"),
    path("new/<int:unit>/", views.begin, name="begin"),
    path("sets/", edition_views.edition_list, name="editions"),
    path("sets/<slug:name>/new/", edition_views.begin_edition, name="begin_edition"),
    path("editions/<int:pk>/", edition_views.edition_page, name="edition"),
    path("editions/<int:pk>/file/", edition_views.take_edition, name="take_edition"),
    path("editions/<int:pk>/preview/<slug:depth>/", edition_views.preview, name="preview"),
    path("editions/<int:pk>/give-out/", edition_views.give_out, name="give_out"),
    path("editions/<int:pk>/withdraw/", edition_views.withdraw, name="withdraw"),
    path("editions/<int:pk>/texts/", edition_write_views.edition_texts, name="edition_texts"),
    path("editions/<int:pk>/steps/<slug:step>/", edition_write_views.edition_step, name="edition_step"),
    path("editions/<int:pk>/questions/<slug:question>/", edition_write_views.edition_question, name="edition_question"),
    path(
        "editions/<int:pk>/remove/<slug:kind>/<slug:name>/", edition_write_views.edition_remove, name="edition_remove"
    ),
    path("forms/", paper_views.blank_forms, name="blank_forms"),
    path("forms/<slug:name>/<slug:depth>/<slug:kind>/", paper_views.blank_form, name="blank"),
    path("analyses/<int:pk>/form/<slug:kind>/", paper_views.analysis_form, name="form"),
    path("analyses/<int:pk>/report/<int:number>/<slug:kind>/", report_views.report, name="report"),
    path("analyses/<int:pk>/upload/", filled_views.upload, name="upload"),
    path("analyses/<int:pk>/filled/<int:filled>/", filled_views.filled_page, name="filled"),
    path("analyses/<int:pk>/", views.analysis_page, name="analysis"),
    path("analyses/<int:pk>/change/", views.change, name="change"),
    path("analyses/<int:pk>/check/", review_views.check, name="check"),
    path("analyses/<int:pk>/completion/", review_views.completion, name="completion"),
    path("analyses/<int:pk>/approve/", review_views.approve, name="approve"),
    path("analyses/<int:pk>/carry/", review_views.carry, name="carry"),
    path("analyses/<int:pk>/decision/", review_views.decision, name="decision"),
    path("analyses/<int:pk>/questions/<slug:question>/", question_views.question_page, name="question"),
    path("analyses/<int:pk>/questions/<slug:question>/<slug:row>/", question_views.row_page, name="row"),
    path("analyses/<int:pk>/questions/<slug:question>/<slug:row>/remove/", question_views.remove, name="remove"),
]
