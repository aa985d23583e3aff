"""Everything that is read about data sets, imports, findings and releases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest

from jamlik.analysis.change import GapChange
from jamlik.analysis.change import gap_change as worked_out
from jamlik.analysis.release import Preview, preview
from jamlik.analysis.whose import own_area
from jamlik.model.tables import Audience
from jamlik.web.core import clock
from jamlik.web.core.models import User
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import AUTHORITIES, Person, inside_authorities, root, scope_ids, units_in_scope
from jamlik.web.statistics import rules
from jamlik.web.statistics.freezing import direction_of, measured_gap
from jamlik.web.statistics.models import (
    Analysis,
    DataSet,
    Finding,
    FindingState,
    Import,
    ImportState,
    Indicator,
    InsideFigures,
    Observation,
    Origin,
    Picture,
    Release,
    ReleaseState,
    Source,
)
from jamlik.web.statistics.rules import SURE
from jamlik.web.statistics.thawing import Drawn, charts_of, drawn, result_of

__all__ = [
    "SURE",
    "analysis_to_look_at",
    "begun_imports",
    "charts",
    "data_set_page",
    "data_sets",
    "earlier_release",
    "ekby_is_loaded",
    "figures_for",
    "gap_change",
    "import_in_scope",
    "may_import",
    "may_know_of",
    "measures_with_findings",
    "moves_of",
    "open_to",
    "open_to_all",
    "other_row",
    "own_area_in",
    "owners_for",
    "pictures_of",
    "published_releases",
    "release_of",
    "release_preview",
    "releases",
    "rows_for",
    "same_question",
    "sure_findings",
    "sure_of_any_period",
    "told_by",
    "unfinished_import",
    "visible_findings",
    "waiting_findings",
]

MOST_BEGUN = 20


def visible_findings(user: User) -> QuerySet[Finding]:
    """Findings a person may read.

    What the figures show has passed the gate and may be read by everyone with a role. What somebody told of may be
    read within the part of the municipality that owns it: by those above it, and by those who work below it. What is
    too small to be shown to all is there for those who work inside the committee, and for nobody else.
    """
    scope = units_in_scope(user, "statistics.see")
    above = {key for unit in scope for key in unit.ancestor_keys}
    told = ~Q(source=Source.COMPUTED) & Q(owner_id__in={unit.pk for unit in scope} | above)
    begun = ~Q(state=FindingState.DETECTED)
    computed = Q(source=Source.COMPUTED) & (Q(current__isnull=False) | Q(inside__isnull=False) | begun)
    rows = Finding.objects.filter(computed | told).filter(open_to(user))
    return rows.select_related("owner", "data_set", "indicator", "inside__copy")


def open_to(user: Person, through: str = "") -> Q:
    """Condition: what is not for those inside a committee alone, or the person works inside that committee.

    Whoever lists something that hangs on findings asks this too: `verdicts.filter(open_to(user, "finding"))`.
    """
    to = f"{through}__" if through else ""
    return Q(**{f"{to}audience": Audience.PUBLIC}) | Q(**{f"{to}owner_id__in": inside_authorities(user)})


def open_to_all(through: str = "") -> Q:
    """Condition: may stand in what is public, such as a case text, a plan or a file that leaves the site."""
    return Q(**{f"{through}__audience" if through else "audience": Audience.PUBLIC})


def may_know_of(finding: Finding, user: Person) -> bool:
    """Whether a person may know that a finding, and what hangs on it, is there."""
    return finding.audience == Audience.PUBLIC or finding.owner_id in inside_authorities(user)


def rows_for(request: HttpRequest, rows: QuerySet[Any], through: str = "") -> QuerySet[Any]:
    """The rows of a list: a file is passed on, so it holds only what may be shown to all."""
    return rows.filter(open_to_all(through)) if request.GET.get("format") else rows


def figures_for(finding: Finding, user: Person) -> InsideFigures | None:
    """What the committee that owns the data sees of a difference that is not shown to all; None for everybody else."""
    if finding.data_set_id is None or finding.owner_id not in inside_authorities(user):
        return None
    if finding.audience == Audience.OWNER:
        own = finding.inside
        return own if own is not None and own.copy.keep_until > clock.now() else None
    if finding.status != "suppressed" or finding.current_id is None:
        return None
    rows = InsideFigures.objects.filter(
        finding_id=finding.finding_id,
        copy__keep_until__gt=clock.now(),
        copy__analysis__imported__data_set=finding.data_set_id,
        copy__analysis__imported__state__in=(ImportState.IN_USE, ImportState.REPLACED),
    )
    return rows.select_related("copy").order_by("-copy__analysis__imported__number").first()


def other_row(finding: Finding, user: Person) -> Finding | None:
    """The same difference as others see it, for the committee's own row, and the other way round."""
    if not finding.finding_id:
        return None
    rows = Finding.objects.filter(open_to(user), data_set=finding.data_set_id, finding_id=finding.finding_id)
    return rows.exclude(pk=finding.pk).first()


def sure_findings(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """The findings that matter: sure differences of the newest period, and what somebody told of."""
    return sure_of_any_period(rows).filter(~Q(source=Source.COMPUTED) | Q(newest=True))


def sure_of_any_period(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Sure differences, and what somebody told of, of every period."""
    sure = Q(certainty__in=SURE) | Q(inside__certainty__in=SURE)
    return rows.filter(~Q(source=Source.COMPUTED) | sure)


def measures_with_findings(data_set: int | None = None) -> QuerySet[Indicator]:
    """Measures a list of findings may be narrowed to: those of a data set, else those with a sure difference."""
    rows = Finding.objects.filter(open_to_all(), current__isnull=False)
    rows = rows.filter(data_set=data_set) if data_set else rows.filter(certainty__in=SURE, newest=True)
    return Indicator.objects.filter(pk__in=rows.order_by().values("indicator"))


def told_by(analysis: Analysis) -> list[Observation]:
    """The sure differences of the newest periods that an analysis tells of, the most important first."""
    rows = Observation.objects.filter(analysis=analysis, certainty__in=SURE, earlier=False)
    return list(rows.select_related("finding__indicator").order_by("rank", "pk"))


def pictures_of(release: Release, indicators: Iterable[str], *, lang: str) -> list[Drawn]:
    """The first chart of each of some measures, as it was published."""
    found: dict[str, Picture] = {}
    for picture in release.pictures.filter(indicator__in=list(indicators), lang=lang).order_by("pk"):
        found.setdefault(picture.indicator, picture)
    return [
        Drawn(p.kind, p.title, p.description, p.source, p.svg, p.table)
        for p in (found[name] for name in dict.fromkeys(indicators) if name in found)
    ]


def waiting_findings(owner: Unit) -> QuerySet[Finding]:
    """Sure findings of a unit and what lies below it that nobody has begun to judge, the most important first."""
    rows = Finding.objects.filter(open_to_all(), owner__path__startswith=owner.path, state=FindingState.DETECTED)
    return sure_findings(rows.filter(Q(current__isnull=False) | ~Q(source=Source.COMPUTED))).order_by("rank", "pk")


def same_question(finding: Finding) -> list[Finding]:
    """The same question at other periods, in time order; of the data set the finding comes from.

    Beside what all may see stand only public rows. Beside a row of the committee's own stand its own others, and the
    public ones where there is something to see.
    """
    if not finding.question_key:
        return []
    seen = Q(audience=Audience.PUBLIC, current__isnull=False)
    if finding.audience == Audience.OWNER:
        seen = Q(inside__isnull=False) | seen & Q(status="shown")
    rows = Finding.objects.filter(seen, data_set=finding.data_set_id, question_key=finding.question_key)
    rows = rows.exclude(pk=finding.pk).select_related("owner", "indicator", "inside")
    return list(rows.order_by("period_start", "pk"))


def gap_change(before: Finding, after: Finding) -> GapChange:
    """Whether the gap has closed from one period to another, as far as the published figures can tell."""
    return worked_out(
        measured_gap(before),
        measured_gap(after),
        direction=direction_of(after),
        threshold=float(after.measured.get("threshold") or 0),
    )


def data_sets(user: User) -> QuerySet[DataSet]:
    """Every data set with its version in use. What is said of them is no secret; their imports are."""
    return DataSet.objects.select_related("owner", "current").annotate(versions_n=Count("imports"))


def may_import(user: User, data_set: DataSet) -> bool:
    """Whether a person may hand in and decide on versions of a data set."""
    return bool(user.has_perm("statistics.import", data_set.owner))


def owners_for(user: User, permission: str, *, authorities: bool = False) -> QuerySet[Unit]:
    """Units that a person may choose as owner: all in scope, or the committees and companies alone."""
    found = units_in_scope(user, permission)
    return found.filter(kind__in=AUTHORITIES) if authorities else found


def data_set_page(user: User, pk: int) -> DataSet | None:
    """A data set with its versions, newest first, and what was published of them."""
    versions = Import.objects.select_related("uploaded_by", "decided_by", "job").defer(
        "description", "inspection", "shape", "spool_key", "diff", "problems"
    )
    return (
        DataSet.objects.select_related("owner", "current__replaces", "current__analysis", "current__job")
        .defer("current__analysis__content", "current__analysis__told", "current__analysis__geography")
        .prefetch_related(Prefetch("imports", versions))
        .filter(pk=pk)
        .first()
    )


def import_in_scope(user: User, pk: int) -> Import | None:
    """An import whose committee the person may import for; to others it is not there."""
    rows = Import.objects.select_related("data_set__owner", "data_set__current", "uploaded_by", "job")
    return rows.filter(pk=pk, data_set__owner_id__in=scope_ids(user, "statistics.import")).first()


def own_area_in(imported: Import) -> str:
    """Code of one's own municipality among the areas of a file; empty where it is not there, or has no name yet."""
    top = root()
    if top is None:
        return ""
    areas = dict(imported.inspection.get("areas", []))
    return own_area(areas, code=top.code, name=top.name)


def begun_imports(user: User) -> list[Import]:
    """The last version of each data set that has none in use, within what the person may import for."""
    rows = Import.objects.filter(data_set__current=None, data_set__owner_id__in=scope_ids(user, "statistics.import"))
    last = rows.order_by("data_set", "-number").only("state", "uploaded_at", "number", "data_set__title")
    found: dict[int, Import] = {}
    for row in last.select_related("data_set"):
        found.setdefault(row.data_set_id, row)
    return sorted(found.values(), key=lambda row: row.uploaded_at, reverse=True)[:MOST_BEGUN]


def ekby_is_loaded() -> bool:
    """Whether the invented municipality's figures are here."""
    return DataSet.objects.filter(origin=Origin.EKBY).exists()


def unfinished_import(data_set: DataSet) -> Import | None:
    """The version of a data set that waits for somebody or something."""
    return data_set.imports.filter(state__in=rules.RUNNING).first()


def releases(user: User) -> QuerySet[Release]:
    """Every release; those not yet out are seen by those who may publish for the committee."""
    mine = Q(analysis__imported__data_set__owner_id__in=scope_ids(user, "statistics.publish"))
    out = Q(state__in=(ReleaseState.PUBLISHED, ReleaseState.WITHDRAWN), released_on__lte=clock.today())
    return (
        Release.objects.filter(mine | out)
        .select_related("analysis__imported__data_set__owner", "published_by", "withdrawn_by", "job")
        .defer("analysis__content", "analysis__told", "analysis__geography", "analysis__imported__inspection")
        .defer("analysis__imported__description", "analysis__imported__shape", "analysis__run")
    )


def published_releases() -> QuerySet[Release]:
    """What is out today: the newest release of each data set last."""
    rows = Release.objects.filter(state=ReleaseState.PUBLISHED, released_on__lte=clock.today())
    return rows.select_related("analysis__imported__data_set").order_by("released_on", "published_at", "pk")


def release_of(imported: Import) -> Release | None:
    """The release that an import is out with, or is being made ready."""
    rows = Release.objects.filter(analysis__imported=imported).select_related("job")
    held = rows.filter(state__in=(ReleaseState.PREPARING, ReleaseState.PUBLISHED)).first()
    return None if held is None or held.stopped else held


def analysis_to_look_at(user: User, pk: int) -> Analysis | None:
    """An analysis that is out, or whose data set the person may publish for."""
    out = releases(user).filter(analysis=pk).exists()
    rows = Analysis.objects.filter(pk=pk).select_related("imported__data_set__owner").defer("content")
    mine = Q(imported__data_set__owner_id__in=scope_ids(user, "statistics.publish"))
    return (rows if out else rows.filter(mine)).first()


def earlier_release(analysis: Analysis) -> Release | None:
    """What is out of the same data set today, the newest of it."""
    return published_releases().filter(analysis__imported__data_set=analysis.imported.data_set_id).last()


def release_preview(analysis: Analysis) -> Preview:
    """What publishing an analysis would tell, beside what is out of the same data set."""
    last = earlier_release(analysis)
    before = result_of(last.analysis, levels=False) if last is not None else None
    return preview(result_of(analysis, levels=False), before=before)


def charts(finding: Finding, *, lang: str, every: bool = False) -> list[Drawn]:
    """The chart that shows a finding best, or all of its indicator's: as they were published, else drawn now."""
    if finding.current is None or finding.indicator is None:
        return []
    analysis, key = finding.current.analysis, finding.indicator.key
    pictures = _pictures(analysis, key, lang)
    if pictures:
        return _chosen(pictures, finding, every)
    found = list(charts_of(analysis, key, lang=lang))
    return [drawn(chart) for chart in _chosen(found, finding, every)]


def _pictures(analysis: Analysis, indicator: str, lang: str) -> list[Drawn]:
    releases_out = analysis.releases.filter(state=ReleaseState.PUBLISHED)
    rows = [
        picture
        for release in releases_out[:1]
        for picture in release.pictures.filter(indicator=indicator, lang=lang).order_by("pk")
    ]
    return [Drawn(p.kind, p.title, p.description, p.source, p.svg, p.table) for p in rows]


def _chosen(found: list[Any], finding: Finding, every: bool) -> list[Any]:
    """Charts in the order that suits the finding: over time for women and men, else by the groups it is about."""
    label = finding.group_label("sv").casefold()

    def place(chart: Any) -> tuple[int, int]:
        rows = chart.table["rows"] if isinstance(chart, Drawn) else [[c.text for c in r] for r in chart.data.rows]
        names = {str(row[0]).casefold() for row in rows}
        named = any(part.strip() in names for part in label.split(","))
        if finding.dimension == "sex":
            return (0 if chart.kind == "lines" else 1, found.index(chart))
        return (0 if named and chart.kind == "dots" else 1, found.index(chart))

    ordered = sorted(found, key=place)
    return ordered if every else ordered[:1]


def moves_of(finding: Finding) -> Iterable[Any]:
    """What has happened to a finding, in order."""
    return finding.moves.select_related("moved_by").order_by("moved_at", "pk")
