"""How a site can begin, told to the first page and to `jamlik demo`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from jamlik.web.assessments.choices import choice_label
from jamlik.web.core import beginnings, erasure
from jamlik.web.core.history import say_values
from jamlik.web.core.models import User
from jamlik.web.core.texts import has_text, language, say
from jamlik.web.desk.models import Visit
from jamlik.web.register.content import templates

__all__: list[str] = []

beginnings.add(title="desk.ekby.title", text="desk.ekby.text", url="desk:ekby", order=10)
beginnings.add(title="desk.own.title", text="desk.own.text", url="desk:own", order=20)
beginnings.add(title="desk.units.title", text="desk.units.text", url="organisation:lists", order=30)
beginnings.offer_demo(load="jamlik.web.desk.ekby.load_for_demo", links="jamlik.web.desk.ekby.links_for_demo")


def _first_of(*sections: str) -> Callable[[str], str]:
    """A value told by the first of some sections of texts that has it."""

    def words(value: str) -> str:
        for section in sections:
            if has_text(f"{section}.{value}"):
                return say(f"{section}.{value}")
        raise KeyError(value)

    return words


for _field, _set in (
    ("assessments.verdict", "verdict"),
    ("assessments.reason_kinds", "reason_kind"),
    ("assessments.control", "control"),
    ("assessments.response", "response"),
    ("plans.cause", "cause_kind"),
):
    say_values(_field, partial(choice_label, _set))
say_values("assessments.state", _first_of("assessments.state", "assessments.round_state"))
say_values("plans.state", _first_of("plans.state", "plans.plan_state"))
say_values("plans.answer", _first_of("plans.answer", "statistics.change"))
say_values("register.origin", lambda key: templates()[key].name.get(language(), key))


def _copy(user: User) -> object:
    visit = Visit.objects.filter(user=user).first()
    return {"last_here_at": visit.seen_at.isoformat()} if visit else {}


def _erase(user: User, at: datetime) -> None:
    Visit.objects.filter(user=user).delete()


erasure.register("desk", copy=_copy, erase=_erase)
