"""The tables of `register`: laws, themes, governing documents and their versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from jamlik.web.organisation.models import Unit

__all__ = ["Document", "DocumentKind", "DocumentVersion", "FileKind", "Law", "LawKind", "Named", "Theme", "ThemeSet"]


class LawKind(models.TextChoices):
    """What sort of rule it is."""

    LAW = "law"
    EU = "eu"
    CONVENTION = "convention"
    CHARTER = "charter"
    NATIONAL_GOAL = "national_goal"


class DocumentKind(models.TextChoices):
    """What sort of governing document it is; which one weighs most is each municipality's own rule."""

    STRATEGY = "strategy"
    PROGRAMME = "programme"
    PLAN = "plan"
    POLICY = "policy"
    GUIDELINE = "guideline"
    RULE = "rule"


class FileKind(models.TextChoices):
    """The types of file a version may have, told from its content."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"


class Named(models.Model):
    """What has a name in up to three languages; Swedish is always there and stands in for the others."""

    name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    name_fi = models.CharField(max_length=300, blank=True)

    class Meta:
        """Has no table of its own."""

        abstract = True

    def said(self, field: str = "name") -> str:
        """Return a field's text in the reader's language, else in Swedish."""
        language = (get_language() or "sv")[:2]
        own = getattr(self, f"{field}_{language}", "") if language != "sv" else ""
        return str(own or getattr(self, field))

    @property
    def heading(self) -> str:
        """The name in the reader's language."""
        return self.said()


class Law(Named):
    """A law, convention or national goal. `from_content` marks those that came with the program."""

    code = models.CharField(max_length=20, unique=True)
    number = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=20, choices=LawKind.choices)
    summary = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    summary_fi = models.TextField(blank=True)
    applies = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    checked = models.BooleanField(default=False)
    from_content = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        """In the order of their names."""

        ordering = ("name", "pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.number})" if self.number else self.name


class ThemeSet(Named):
    """A set of themes; several live side by side. `origin` is the key of the template it began from, else empty."""

    about = models.TextField(blank=True)
    origin = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        """In the order of their names."""

        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint(fields=("name",), name="register_theme_set_once"),)

    def __str__(self) -> str:
        return self.name


class Theme(Named):
    """One theme of a set. A theme that is in use is put aside (`active`), never deleted."""

    theme_set = models.ForeignKey(ThemeSet, on_delete=models.PROTECT, related_name="themes")
    about = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        """In the order the municipality gave them."""

        ordering = ("theme_set__name", "position", "name", "pk")
        constraints = (models.UniqueConstraint(fields=("theme_set", "name"), name="register_theme_once_in_set"),)

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A governing document. What was decided about it is its latest decision; its versions keep every earlier one."""

    kind = models.CharField(max_length=20, choices=DocumentKind.choices)
    title = models.CharField(max_length=250)
    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="documents")
    responsible = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    paragraph = models.CharField(max_length=40, blank=True)
    register_number = models.CharField(max_length=60, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    replaces = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="replaced_by")
    belongs_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    related = models.ManyToManyField("self", symmetrical=True, blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="documents")
    laws = models.ManyToManyField(Law, blank=True, related_name="documents")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        """In the order of their titles."""

        ordering = ("title", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True, decided_by="") | (Q(decided_on__isnull=False) & ~Q(decided_by="")),
                name="register_document_decided_by_and_on",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(decided_on__isnull=True)
                | Q(valid_until__gte=F("decided_on")),
                name="register_document_valid_after_decision",
            ),
            models.CheckConstraint(condition=~Q(belongs_to=F("pk")), name="register_document_not_part_of_itself"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def unit(self) -> Unit:
        """The unit whose scope the document lies in."""
        return self.owner


class DocumentVersion(models.Model):
    """One decided wording of a document, with its file. Never changed once it is there.

    It applies from `applies_from` until the next version does, the document's validity ends or another replaces it.
    When the next version comes, `valid_until` keeps the last day that this one was to be valid: the document's own day
    is from then on the next one's.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    applies_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    decided_by = models.CharField(max_length=200)
    decided_on = models.DateField()
    paragraph = models.CharField(max_length=40, blank=True)
    register_number = models.CharField(max_length=60, blank=True)
    summary = models.TextField()
    file = models.FileField(upload_to="register", blank=True)  # under a random name that the action gives it
    file_kind = models.CharField(max_length=10, choices=FileKind.choices, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    file_digest = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        """The latest first."""

        ordering = ("document", "-number")
        constraints = (
            models.UniqueConstraint(fields=("document", "number"), name="register_version_number_once"),
            models.UniqueConstraint(fields=("document", "applies_from"), name="register_version_one_a_day"),
            models.CheckConstraint(
                condition=Q(file="", file_kind="", file_digest="", file_size=0)
                | (~Q(file="") & ~Q(file_kind="") & ~Q(file_digest="") & Q(file_size__gt=0)),
                name="register_version_file_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document} ({self.number})"

    @property
    def unit(self) -> Unit:
        """The unit whose scope the version lies in."""
        return self.document.owner
