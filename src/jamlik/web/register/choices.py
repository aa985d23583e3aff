"""What a person may choose among in the register's forms; asked for once per page, and only what the page needs."""

from __future__ import annotations

from functools import cached_property

from django.db.models import Q

from jamlik.web.core import clock, texts
from jamlik.web.core.models import User
from jamlik.web.organisation.queries import units_in_scope, valid_on
from jamlik.web.register import queries
from jamlik.web.register.models import Document, Law, Theme

__all__ = ["Choices", "theme_choices"]

Choice = tuple[int | str, str]


def theme_choices(themes: list[Theme]) -> list[Choice]:
    """Themes with the set they belong to, since two sets may have one of the same name."""
    return [
        (theme.pk, texts.say("register.themes.in_set", theme=theme.heading, theme_set=theme.theme_set.heading))
        for theme in themes
    ]


class Choices:
    """Choices for one person; `document` is the one being changed, which cannot be tied to itself."""

    def __init__(self, user: User, document: Document | None = None) -> None:
        self._user, self._document = user, document

    @cached_property
    def owners(self) -> list[Choice]:
        """Units that the person may own documents for."""
        units = units_in_scope(self._user, "register.edit_document").filter(valid_on(clock.today()))
        return [("", ""), *((unit.pk, f"{unit.name}") for unit in units.order_by("path"))]

    @cached_property
    def documents(self) -> list[Choice]:
        """Other documents."""
        others = Document.objects.order_by("title")
        if self._document is not None:
            others = others.exclude(pk=self._document.pk)
        return [(pk, title) for pk, title in others.values_list("pk", "title")]

    @cached_property
    def replaceable(self) -> list[Choice]:
        """Other documents that the person may put out of force, and those this one already replaces."""
        within = units_in_scope(self._user, "register.edit_document").values("pk")
        which = Q(owner__in=within)
        if self._document is not None:
            which |= Q(pk__in=self._document.replaces.values("pk"))
        allowed = set(Document.objects.filter(which).values_list("pk", flat=True))
        return [(pk, title) for pk, title in self.documents if pk in allowed]

    @cached_property
    def themes(self) -> list[Choice]:
        """Themes in use, and those the document already carries."""
        chosen = list(queries.active_themes())
        if self._document is not None:
            known = {theme.pk for theme in chosen}
            carried = self._document.themes.select_related("theme_set")
            chosen += [theme for theme in carried if theme.pk not in known]
        return theme_choices(chosen)

    @cached_property
    def laws(self) -> list[Choice]:
        """All laws."""
        return [(law.pk, f"{law.heading} ({law.number})" if law.number else law.heading) for law in Law.objects.all()]
