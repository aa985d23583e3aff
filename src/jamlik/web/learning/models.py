"""What people have completed of the course, and the good examples that units have put into the library."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models

from jamlik.handbook.examples import good_examples, grounds
from jamlik.handbook.questions import text_of
from jamlik.web.core.texts import language

__all__ = ["Completion", "Example", "ExampleState", "marked"]


class ExampleState(models.TextChoices):
    """Written by a unit, handed in to be looked at, shown to everybody, taken back."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    SHOWN = "shown"
    WITHDRAWN = "withdrawn"


def marked(keys: Iterable[str]) -> str:
    """Keys as one text in which each can be found whole: `|age|sex|`."""
    listed = sorted(set(keys))
    return f"|{'|'.join(listed)}|" if listed else ""


class Completion(models.Model):
    """A module that a person has completed: the first time that every answer was right in one and the same try.

    Only the person sees it. Tries are not kept, and it stands in no log: others are told numbers alone.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="completions")
    course = models.CharField(max_length=60)  # the edition, `basics-1`: a new one is taken anew
    module = models.CharField(max_length=60)
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="+")  # the person's, then
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints = (models.UniqueConstraint(fields=("user", "course", "module"), name="learning_completed_once"),)
        indexes = (models.Index(fields=("course", "at"), name="learning_course_at"),)

    def __str__(self) -> str:
        return f"{self.course} {self.module}"


class Example(models.Model):
    """What a unit saw, what it did and what came of it.

    One that ships with the program is told in the reader's language until somebody here changes it; `elsewhere` holds
    its words in the other languages, to be searched.
    """

    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="examples")
    title = models.CharField(max_length=200)
    service = models.CharField(max_length=100)
    goal = models.CharField(max_length=200, blank=True)
    ground_keys = models.CharField(max_length=200, blank=True)
    themes = models.ManyToManyField("register.Theme", blank=True, related_name="examples")
    seen = models.TextField()
    done = models.TextField()
    result = models.TextField()
    elsewhere = models.TextField(blank=True, editable=False)
    origin = models.CharField(max_length=60, blank=True, editable=False)  # key of the one that ships
    shipped = models.BooleanField(default=False, editable=False)
    state = models.CharField(max_length=10, choices=ExampleState, default=ExampleState.DRAFT)
    asked = models.TextField(blank=True)  # what whoever looked at it wants to be changed
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("title", "pk")
        indexes = (models.Index(fields=("state", "unit"), name="learning_state_unit"),)
        constraints = (
            models.UniqueConstraint(
                fields=("origin",), condition=~models.Q(origin=""), name="learning_example_ships_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="shown") | models.Q(shown_at__isnull=False), name="learning_shown_since"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def said(self, field: str) -> str:
        """A field's text: in the reader's language for one that ships, else as it was written."""
        own = str(getattr(self, field))
        if not self.shipped:
            return own
        there = next((each for each in good_examples().examples if each.key == self.origin), None)
        return own if there is None else text_of(getattr(there, field), language())

    @property
    def heading(self) -> str:
        """The title in the reader's language."""
        return self.said("title")

    @property
    def grounds(self) -> list[str]:
        """Ids of the grounds it concerns."""
        return [key for key in self.ground_keys.split("|") if key]

    @property
    def ground_names(self) -> list[str]:
        """The grounds it concerns, in words."""
        names: dict[str, Any] = dict(grounds())
        return [text_of(names[key], language()) for key in self.grounds if key in names]
