"""What people have completed of the course."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = ["Completion"]


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
