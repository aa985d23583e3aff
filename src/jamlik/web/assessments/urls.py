"""Addresses of `assessments`, under `/assessments/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.assessments import assign_views, case_views, judge_views, late_views, round_views, views

app_name = "assessments"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.verdict_list, name="list"),
    path("verdicts/<int:pk>/", views.verdict_page, name="verdict"),
    path("approve/", views.approve, name="approve"),
    path("approve/<int:pk>/return/", views.return_page, name="return"),
    path("late/", late_views.late, name="late"),
    path("unapproved/", late_views.unapproved, name="unapproved"),
    path("dates/", late_views.dated, name="dated"),
    path("assign/", assign_views.assign, name="assign_any"),
    path("judge/", judge_views.start, name="judge"),
    path("judge/<int:unit>/", judge_views.unit_start, name="judge_unit"),
    path("judge/<int:unit>/check/", judge_views.check, name="check"),
    path("judge/<int:unit>/sent/", judge_views.sent, name="sent"),
    path("judge/<int:unit>/<int:pk>/", judge_views.go_on, name="go_on"),
    path("judge/<int:unit>/<int:pk>/<slug:step>/", judge_views.step_page, name="step"),
    path("rounds/", round_views.round_list, name="rounds"),
    path("rounds/new/", round_views.new_round, name="new_round"),
    path("rounds/<int:pk>/", round_views.round_page, name="round"),
    path("rounds/<int:pk>/edit/", round_views.edit_round, name="edit_round"),
    path("rounds/<int:pk>/deadlines/", round_views.deadlines, name="deadlines"),
    path("rounds/<int:pk>/open/", round_views.open_round, name="open_round"),
    path("rounds/<int:pk>/close/", round_views.close_round, name="close_round"),
    path("rounds/<int:pk>/reopen/", round_views.reopen_round, name="reopen_round"),
    path("rounds/<int:pk>/assign/", assign_views.assign, name="assign"),
    path("rounds/<int:pk>/case/<int:committee>/", case_views.case_page, name="case"),
    path("rounds/<int:pk>/case/<int:committee>/edit/", case_views.case_edit, name="case_edit"),
    path("rounds/<int:pk>/case/<int:committee>/word/", case_views.case_word, name="case_word"),
    path("rounds/<int:pk>/case/<int:committee>/decide/", case_views.decide, name="decide"),
]
