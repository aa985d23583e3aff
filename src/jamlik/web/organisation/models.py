"""Units in a tree, people's roles in it, invitations, areas, and lists of units waiting to be accepted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from jamlik.web.core.texts import say
from jamlik.web.organisation.roles import Role

__all__ = ["Area", "Invitation", "ListAbout", "RoleAssignment", "Unit", "UnitKind", "UnitList", "UnitListState"]


class UnitKind(models.TextChoices):
    """What a unit is; which may lie below which is in `rules`. Its name for people is `organisation.kind.<value>`."""

    MUNICIPALITY = "municipality"
    COMMITTEE = "committee"
    DEPARTMENT = "department"
    UNIT = "unit"
    COMPANY = "company"
    PROVIDER = "provider"


class _Dated(models.Model):
    """Something that holds from a day to a day, both included; no last day means until further notice."""

    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def period(self) -> str:
        """The days it holds, in the language of the page."""
        if not (self.valid_from or self.valid_to):
            return say("organisation.until_further")
        first = self.valid_from.isoformat() if self.valid_from else say("organisation.from_start")
        last = self.valid_to.isoformat() if self.valid_to else say("organisation.until_further")
        return f"{first} – {last}"

    def valid_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


_IN_ORDER = (
    models.Q(valid_from__isnull=True) | models.Q(valid_to__isnull=True) | models.Q(valid_from__lte=models.F("valid_to"))
)


class Unit(_Dated):
    """A part of the municipality: itself, a committee, a department, a unit, a company or a private provider."""

    Kind: ClassVar = UnitKind

    kind = models.CharField(max_length=20, choices=UnitKind.choices)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    # Keys from the top to this unit, "/1/4/9/": a subtree is everything that starts with it. Set at the first save,
    # changed by `actions.change_unit` alone, since a move takes the whole subtree along.
    path = models.CharField(max_length=500, db_index=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(name="unit_dates_in_order", condition=_IN_ORDER),
            models.CheckConstraint(
                name="unit_only_a_municipality_is_at_the_top",
                condition=models.Q(kind="municipality", parent__isnull=True)
                | (~models.Q(kind="municipality") & models.Q(parent__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new unit gets its path, which needs the key that the database gave it."""
        super().save(*args, **kwargs)
        if not self.path:
            self.path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
            super().save(update_fields=["path"])

    @property
    def unit(self) -> Unit:
        """Itself: what the audit log and the scope ask every object for."""
        return self

    @property
    def depth(self) -> int:
        """Steps below the top."""
        return max(self.path.count("/") - 2, 0)

    @property
    def ancestor_keys(self) -> tuple[int, ...]:
        """Keys of the units above, from the top down."""
        return tuple(int(key) for key in self.path.split("/")[1:-2])

    def lies_within(self, other: Unit) -> bool:
        """Whether this is the other unit or lies below it."""
        return bool(other.path) and self.path.startswith(other.path)


class RoleAssignment(_Dated):
    """A person's role for a unit and everything below it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="role_assignments")

    class Meta:
        ordering = ("unit__name", "role", "pk")
        constraints = (models.CheckConstraint(name="role_dates_in_order", condition=_IN_ORDER),)

    def __str__(self) -> str:
        return f"{self.role} · {self.unit}"

    @property
    def role_name(self) -> str:
        """The role in the language of the page."""
        return say(f"organisation.role.{self.role}")


class Invitation(models.Model):
    """A link by e-mail that lets a person in once. Only a digest of the link is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    token_digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                name="invitation_expires_after_it_was_made", condition=models.Q(expires_at__gte=models.F("created_at"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"

    @property
    def audit_person(self) -> models.Model:
        """Whom the log's details about it concern."""
        return self.user

    def usable_at(self, at: datetime) -> bool:
        """Whether the link still opens the door."""
        return self.used_at is None and at < self.expires_at


class Area(models.Model):
    """A place that figures are given for, in one version of its division: `deso:2025:0126A0010`, `kommun::0126`."""

    kind = models.CharField(max_length=20)
    version = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    parents = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="parts")

    class Meta:
        ordering = ("kind", "version", "code")
        constraints = (models.UniqueConstraint(name="area_once_per_version", fields=["kind", "version", "code"]),)

    def __str__(self) -> str:
        return self.name

    @property
    def identity(self) -> str:
        """Its name everywhere: kind, version where there is one, and code."""
        return ":".join(part for part in (self.kind, self.version, self.code) if part)


class UnitListState(models.TextChoices):
    """Where an uploaded list of units stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


class ListAbout(models.TextChoices):
    """What the rows of a list are."""

    UNITS = "units"
    AREAS = "areas"


class UnitList(models.Model):
    """Units or areas read from a file, waiting for somebody to look at what they would change."""

    State: ClassVar = UnitListState
    About: ClassVar = ListAbout

    about = models.CharField(max_length=10, choices=ListAbout.choices, default=ListAbout.UNITS)
    file_name = models.CharField(max_length=200)
    rows = models.JSONField()
    state = models.CharField(max_length=10, choices=UnitListState.choices, default=UnitListState.WAITING)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-uploaded_at",)
        constraints = (
            models.CheckConstraint(
                name="unit_list_settled_has_a_time",
                condition=models.Q(state="waiting", settled_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(settled_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return self.file_name
