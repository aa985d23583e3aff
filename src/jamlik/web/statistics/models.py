"""The tables of `statistics`.

A finding's numbers lie in `Observation`, one for each analysis, and are never changed. What stands on `Finding` itself
is a copy of the observation in use, so that lists can filter and sort; undoing an import copies the earlier one back.
"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from jamlik.model.tables import Audience
from jamlik.web.statistics.inside_models import InsideCopy, InsideFigures

__all__ = [
    "Analysis",
    "Change",
    "DataSet",
    "Finding",
    "FindingState",
    "Import",
    "ImportState",
    "Indicator",
    "InsideCopy",
    "InsideFigures",
    "InsideRule",
    "LevelRows",
    "Move",
    "Observation",
    "Origin",
    "Picture",
    "Release",
    "ReleaseState",
    "Source",
]


_NEXT_SENTENCE = re.compile(r"\.\s+(?=[^\W\d_])")


class Origin(models.TextChoices):
    """Where a data set's figures come from."""

    UPLOAD = "upload"
    KOLADA = "kolada"
    EKBY = "ekby"


class ImportState(models.TextChoices):
    """How far a version of a data set has come. Only `IN_USE` is seen by anyone who works with findings."""

    SPOOLED = "spooled"
    INSPECTED = "inspected"
    ACCEPTED = "accepted"
    IN_USE = "in_use"
    REPLACED = "replaced"
    UNDONE = "undone"
    REFUSED = "refused"
    FAILED = "failed"


class FindingState(models.TextChoices):
    """Where a finding stands on its way from seen to closed."""

    DETECTED = "detected"
    UNDER_ANALYSIS = "under_analysis"
    AWAITING_APPROVAL = "awaiting_approval"
    DECIDED = "decided"
    ACTED_ON = "acted_on"
    WAITING = "waiting"
    REMEASURED = "remeasured"
    CLOSED = "closed"


class Source(models.TextChoices):
    """Who saw the difference: the figures, or somebody whose account is registered by hand."""

    COMPUTED = "computed"
    COUNCIL = "council"
    DIALOGUE = "dialogue"
    COMPLAINT = "complaint"
    INSPECTION = "inspection"
    SURVEY = "survey"


class Change(models.TextChoices):
    """A sure difference against the same question one period earlier."""

    FIRST = "first"
    NEW = "new"
    SAME = "same"
    SMALLER = "smaller"
    LARGER = "larger"
    GONE = "gone"


class ReleaseState(models.TextChoices):
    """Whether published results are being made ready, out, or taken back."""

    PREPARING = "preparing"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class InsideRule(models.TextChoices):
    """What those who work inside the committee may see of a data set: its figures as they are, or what all see."""

    UNPROTECTED = "unprotected"
    AS_PUBLIC = "as_public"


class Indicator(models.Model):
    """What is measured, as the latest analysis that holds it says."""

    key = models.CharField(max_length=200, unique=True)
    name_sv = models.CharField(max_length=500)
    name_en = models.CharField(max_length=500, blank=True)
    name_fi = models.CharField(max_length=500, blank=True)
    direction = models.CharField(max_length=10, default="neutral")
    unit = models.CharField(max_length=100, blank=True)
    threshold = models.CharField(max_length=40, default="0")

    class Meta:
        ordering = ("name_sv", "key")

    def __str__(self) -> str:
        return self.name_sv or self.key

    def title(self, lang: str) -> str:
        """Name in a language, else in Swedish."""
        return str(getattr(self, f"name_{lang}", "") or self.name_sv or self.key)


class DataSet(models.Model):
    """Figures of one kind that come again; they belong to one committee, which is its own authority."""

    title = models.CharField(max_length=300)
    owner = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="data_sets")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.UPLOAD)
    origin_key = models.CharField(max_length=100, blank=True)  # Kolada's municipality, Ekby's service
    register_number = models.CharField(max_length=100, blank=True)
    secrecy = models.CharField(max_length=300, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    inside = models.CharField(max_length=12, choices=InsideRule, default=InsideRule.UNPROTECTED)
    current = models.ForeignKey("Import", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("title", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "origin", "origin_key"), condition=~Q(origin_key=""), name="one_data_set_per_origin"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def unit(self) -> Any:
        """The unit whose scope the data set lies in."""
        return self.owner


class Import(models.Model):
    """One version of a data set. Only what describes it is kept: the file is destroyed with its key at the end."""

    data_set = models.ForeignKey(DataSet, on_delete=models.PROTECT, related_name="imports")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.SPOOLED)
    file_name = models.CharField(max_length=255, blank=True)
    size_n = models.PositiveBigIntegerField(default=0)
    spool = models.CharField(max_length=64, blank=True)
    spool_key = models.BinaryField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    description = models.TextField(blank=True)  # the dataset.toml that a person may correct
    inspection = models.JSONField(default=dict, blank=True)
    problems = models.JSONField(default=list, blank=True)
    diff = models.JSONField(default=dict, blank=True)
    shape = models.BinaryField(null=True, blank=True)
    error = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey("core.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("data_set", "number"), name="one_import_per_number"),
            models.CheckConstraint(
                condition=(Q(spool="") & Q(spool_key__isnull=True)) | (~Q(spool="") & Q(expires_at__isnull=False)),
                name="a_spooled_file_expires",
            ),
        )

    def __str__(self) -> str:
        return f"{self.data_set} {self.number}"

    @property
    def unit(self) -> Any:
        """The unit whose scope the import lies in."""
        return self.data_set.owner


class Analysis(models.Model):
    """What an import was found to say: protected, rounded and frozen; never changed."""

    imported = models.OneToOneField(Import, on_delete=models.PROTECT, related_name="analysis")
    audience = models.CharField(max_length=10, default="public")
    content = models.TextField()  # canonical JSON, the same bytes as the command line writes
    fingerprint = models.CharField(max_length=64)
    told = models.JSONField(default=dict)  # language → names of groups and notes
    run = models.JSONField(default=dict)
    geography = models.JSONField(null=True, blank=True)
    confidence = models.CharField(max_length=20, default="0.95")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "analyses"

    def __str__(self) -> str:
        return self.fingerprint[:12]

    @property
    def unit(self) -> Any:
        """The unit whose scope the analysis lies in."""
        return self.imported.data_set.owner


class LevelRows(models.Model):
    """The frozen levels of one indicator; all of an analysis together give the fingerprint in its content."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="levels")
    indicator = models.CharField(max_length=200)
    place = models.PositiveIntegerField()
    rows = models.TextField()

    class Meta:
        ordering = ("analysis", "place")
        constraints = (models.UniqueConstraint(fields=("analysis", "indicator"), name="levels_once_per_indicator"),)

    def __str__(self) -> str:
        return self.indicator


class Finding(models.Model):
    """One difference between a group and its reference at a period, or one that somebody told of.

    A difference too small to be shown to all has a row of its own, of audience `owner`, for those who work inside the
    committee: it is judged and acted on, and to all others it and all that hangs on it is not there. The row holds no
    number, sign or certainty; those lie in `InsideFigures`. The question's public row stays as it is.
    """

    audience = models.CharField(max_length=10, default=Audience.PUBLIC.value)
    inside = models.ForeignKey(InsideFigures, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    data_set = models.ForeignKey(DataSet, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    owner = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="findings")
    source = models.CharField(max_length=12, choices=Source, default=Source.COMPUTED)
    state = models.CharField(max_length=20, choices=FindingState, default=FindingState.DETECTED)
    question_key = models.CharField(max_length=32, blank=True, db_index=True)
    finding_id = models.CharField(max_length=64, blank=True)
    period = models.CharField(max_length=20, blank=True)
    period_start = models.FloatField(default=0.0)  # when the period begins, in years, so that periods sort by time
    indicator = models.ForeignKey(Indicator, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    dimension = models.CharField(max_length=100, blank=True)
    certainty = models.CharField(max_length=15, blank=True)
    status = models.CharField(max_length=15, blank=True)
    rank = models.PositiveIntegerField(null=True, blank=True)
    persons = models.BigIntegerField(null=True, blank=True)
    gap = models.FloatField(null=True, blank=True)
    change = models.CharField(max_length=8, blank=True, choices=Change)
    newest = models.BooleanField(default=True)  # no later period has the same question
    numbers = models.JSONField(default=dict, blank=True)
    sentence = models.TextField(blank=True)
    texts = models.JSONField(default=dict, blank=True)  # language → sentence, group, reference
    current = models.ForeignKey("Observation", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    heard_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-period_start", "rank", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("data_set", "finding_id", "audience"),
                condition=~Q(finding_id=""),
                name="one_finding_per_question_period",
            ),
            models.CheckConstraint(
                condition=Q(audience="public", inside__isnull=True)
                | Q(
                    audience="owner",
                    current__isnull=True,
                    gap__isnull=True,
                    persons__isnull=True,
                    rank__isnull=True,
                    certainty="inside",
                    change="",
                ),
                name="what_is_inside_shows_no_number",
            ),
            models.CheckConstraint(
                condition=Q(source="computed", data_set__isnull=False) | ~Q(source="computed"),
                name="a_computed_finding_has_data",
            ),
        )
        indexes = (
            models.Index(fields=("data_set", "question_key"), name="finding_question"),
            models.Index(fields=("owner", "state"), name="finding_owner_state"),
            models.Index(fields=("-period_start", "rank"), name="finding_order"),
        )

    def __str__(self) -> str:
        return self.sentence[:120]

    @property
    def unit(self) -> Any:
        """The unit whose scope the finding lies in."""
        return self.owner

    @property
    def measured(self) -> dict[str, Any]:
        """Its numbers, for those who may open it: the published ones, or the committee's own while they are kept."""
        if self.audience == Audience.PUBLIC:
            return dict(self.numbers)
        return dict(self.inside.numbers) if self.inside is not None else {}

    def told(self, lang: str) -> str:
        """The sentence in a language, else in Swedish."""
        return str(self.texts.get(lang, {}).get("sentence") or self.sentence)

    def heading(self, lang: str) -> str:
        """The first sentence: what differs, without how sure it is and how many that is."""
        return _NEXT_SENTENCE.split(self.told(lang), maxsplit=1)[0].strip()

    def group_label(self, lang: str) -> str:
        """The group's name in a language."""
        return str((self.texts.get(lang) or self.texts.get("sv") or {}).get("group", ""))

    def reference_label(self, lang: str) -> str:
        """The reference's name in a language."""
        return str((self.texts.get(lang) or self.texts.get("sv") or {}).get("reference", ""))


class Observation(models.Model):
    """What one analysis says of a finding; never changed."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="observations")
    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="observations")
    earlier = models.BooleanField(default=False)  # asked again of a period before the newest
    rank = models.PositiveIntegerField(null=True, blank=True)
    certainty = models.CharField(max_length=15)
    status = models.CharField(max_length=15)
    numbers = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("finding", "analysis"), name="one_observation_per_analysis"),)

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.certainty}"


class Move(models.Model):
    """A finding went from one state to another."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="moves")
    state_from = models.CharField(max_length=20)
    state_to = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("moved_at", "pk")

    def __str__(self) -> str:
        return f"{self.state_from} → {self.state_to}"


class Release(models.Model):
    """Published results: which analysis, when, under which fingerprint, and whether they were taken back."""

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="releases")
    state = models.CharField(max_length=10, choices=ReleaseState, default=ReleaseState.PREPARING)
    released_on = models.DateField()
    fingerprint = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)
    job = models.ForeignKey("core.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-published_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("analysis",),
                condition=Q(state__in=("preparing", "published")),
                name="one_release_per_analysis_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)),
                name="withdrawn_says_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.released_on} {self.fingerprint[:12]}"

    @property
    def stopped(self) -> bool:
        """Whether the work of making it ready ended before it was out."""
        return self.state == ReleaseState.PREPARING and (self.job is None or self.job.ended)

    @property
    def unit(self) -> Any:
        """The unit whose scope the release lies in."""
        return self.analysis.imported.data_set.owner


class Picture(models.Model):
    """A chart of a release, drawn once, with its description and its table."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="pictures")
    indicator = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    by = models.CharField(max_length=100, blank=True)
    lang = models.CharField(max_length=2)
    title = models.TextField()
    description = models.TextField()
    source = models.TextField()
    svg = models.TextField()
    table = models.JSONField()

    class Meta:
        ordering = ("indicator", "pk")
        indexes = (models.Index(fields=("release", "indicator", "lang"), name="picture_of_indicator"),)

    def __str__(self) -> str:
        return self.title
