"""A small site of its own for the tests of guided forms, lists and parts, over what core has itself."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.safestring import mark_safe

from jamlik.web.core import editing, guided, listing
from jamlik.web.core.access import permission
from jamlik.web.core.forms import Form
from jamlik.web.core.models import Job, User

FINISHED: list[tuple[dict, int]] = []


class Colour(Form):
    colour = forms.ChoiceField(
        label="Vilken färg?", choices=[("red", "Röd"), ("blue", "Blå"), ("other", "Annan")], widget=forms.RadioSelect
    )


class Other(Form):
    other = forms.CharField(label="Vilken annan färg?", help_text="Ett ord räcker.", max_length=20)


class Why(Form):
    why = forms.CharField(label="Varför?", widget=forms.Textarea, required=False)
    sure = forms.BooleanField(label="Jag är säker", required=False)


GUIDE = guided.Guide(
    "core.colour",
    (
        guided.Step("colour", Colour, heading="core.menu"),
        guided.Step("other", Other, heading="core.change", shown=lambda answers: answers["colour"] == "other"),
        guided.Step("why", Why, heading="core.language"),
    ),
)


def finish(answers, version):
    if answers["why"] == "refuse":
        raise forms.ValidationError("Det går inte just nu.")
    FINISHED.append((answers, version))
    return f"/finished/{len(FINISHED)}/"


@permission(login_only=True)
def colour(request, step=""):
    return guided.respond(
        request,
        GUIDE,
        step=step,
        subject="7",
        address=lambda name: f"/colour/{name}/",
        finish=finish,
        cancel="/jobs/",
        version=3,
    )


JOBS = listing.Spec(
    name="core.jobs",
    columns=(
        listing.Column("name", "core.menu", lambda job: job.name, sort="name", link=lambda job: f"/jobs/{job.pk}/"),
        listing.Column(
            "state",
            "core.language",
            lambda job: job.get_state_display(),
            sort="state",
            tag=lambda job: "ok" if job.state == "done" else "plain",
        ),
        listing.Column("tries", "core.change", lambda job: job.tries, sort="tries", number=True),
    ),
    filters=(
        listing.Filter(
            "state", "core.language", lambda request: Job.State.choices, lambda rows, value: rows.filter(state=value)
        ),
    ),
    search=("name", "step"),
    sort="name",
)


@permission(login_only=True)
def jobs(request):
    shown = listing.page(request, Job.objects.all(), JOBS)
    if shown.file is not None:
        return shown.file
    return render(request, "core/list.html", {"listing": shown, "heading": "Arbeten"})


@permission(login_only=True)
def add(request):
    def act() -> str:
        user = User.objects.create_user(request.POST["email"])
        return f"/people/{user.pk}/"

    return editing.once(request, act)


@permission(public=True)
def parts(request):
    return render(request, "core/base.html", {"form": Colour({}), "heading": mark_safe("Delar")})


@permission(login_only=True)
def secret(request):
    return HttpResponse("inside")


urlpatterns = [
    path("colour/", colour),
    path("colour/<str:step>/", colour),
    path("list/", jobs),
    path("add/", add),
    path("parts/", parts),
    path("secret/", secret),
    path("", include("jamlik.web.urls")),
]
handler403 = "jamlik.web.core.views.refused"
handler404 = "jamlik.web.core.views.not_found"
handler429 = "jamlik.web.core.views.too_many"
handler500 = "jamlik.web.core.views.fault"
