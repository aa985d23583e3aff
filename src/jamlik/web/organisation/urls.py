"""Addresses of `organisation`, under `/organisation/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jamlik.web.organisation import invite_views, list_views, log_views, people_views, views

app_name = "organisation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.the_tree, name="tree"),
    path("units/<int:pk>/", views.unit, name="unit"),
    path("units/<int:pk>/add/", views.add_unit, name="add_unit"),
    path("units/<int:pk>/change/", views.change_unit, name="change_unit"),
    path("lists/", list_views.upload, name="lists"),
    path("lists/example/", list_views.example, name="list_example"),
    path("lists/start/", list_views.start, name="list_start"),
    path("lists/<int:pk>/", list_views.review, name="list"),
    path("lists/<int:pk>/accept/", list_views.accept, name="accept_list"),
    path("lists/<int:pk>/drop/", list_views.drop, name="drop_list"),
    path("areas/", views.areas, name="areas"),
    path("areas/lists/", list_views.upload_areas, name="area_lists"),
    path("areas/lists/example/", list_views.area_example, name="area_example"),
    path("people/", people_views.people, name="people"),
    path("people/invite/", people_views.invite, name="invite"),
    path("people/invite/many/", invite_views.invite_many, name="invite_many"),
    path("people/<int:pk>/", people_views.person, name="person"),
    path("people/<int:pk>/change/", people_views.change_person, name="change_person"),
    path("people/<int:pk>/role/", people_views.give_role, name="give_role"),
    path("people/<int:pk>/link/", people_views.send_link, name="send_link"),
    path("people/<int:pk>/copy/", people_views.copy, name="person_copy"),
    path("people/<int:pk>/erase/", people_views.erase, name="erase_person"),
    path("roles/<int:pk>/end/", people_views.end_role, name="end_role"),
    path("invitation/<str:token>/", people_views.invitation, name="invitation"),
    path("log/", log_views.log, name="log"),
    path("log/<str:kind>/<str:key>/", log_views.log_of, name="log_of"),
]
