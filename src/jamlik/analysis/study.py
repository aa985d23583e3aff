"""An analysis as the web wants it: once protected, told in every language, and asked again of the period before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jamlik.analysis.ask import Progress, Settings, ask, notes_in
from jamlik.analysis.findings import all_findings, retold
from jamlik.analysis.guards import with_small_rests_hidden
from jamlik.analysis.intake import ReadIn, read_in, versions
from jamlik.analysis.labels import group_names
from jamlik.analysis.lawful import require_lawful, require_nobody_named
from jamlik.analysis.prepare import Prepared, prepared_cells, time_order
from jamlik.analysis.series import Series
from jamlik.model.dataset import Dataset
from jamlik.model.decimals import level_decimals
from jamlik.model.findings import Finding
from jamlik.model.indicators import Kind
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Audience, ProtectedTable, Status
from jamlik.model.words import LANGUAGES
from jamlik.sources.kolada import KoladaClient

__all__ = ["Study", "study_of_file", "study_of_municipality"]


@dataclass(frozen=True, slots=True)
class Study:
    """An analysis in all languages.

    Parameters
    ----------
    results : mapping of language to AnalysisResult
        The same numbers; labels, sentences and notes in the language.
    earlier : mapping of language to tuple of Finding
        The same questions, of each indicator's period before, answered from the same protected cells. They have no
        rank: only the newest period is put in order.
    inside : Study, optional
        The same analysis for the committee that owns the data, under its own rules: of audience `owner`, with those
        findings alone whose numbers the public result withholds.
    """

    results: Mapping[str, AnalysisResult]
    earlier: Mapping[str, tuple[Finding, ...]]
    inside: Study | None = None


def study_of_file(
    dataset: Dataset, *, progress: Progress, base_dir: Path | None = None, owner_rules: str = ""
) -> Study:
    """Read a dataset's file, protect it, and answer every question asked of it.

    Parameters
    ----------
    owner_rules : str
        The rules that hold for the committee that owns the data; what those show and the public result withholds comes
        with the study. Without them nothing does.

    Raises
    ------
    JamlikError
        For input that cannot be read, breaks its contract, may not be analysed, or cannot be protected.
    """
    read = read_in(dataset, progress=progress, base_dir=base_dir)
    found = _studied(read, dataset, progress, Settings())
    if owner_rules and any(f.status is Status.SUPPRESSED for f in found.results["sv"].findings):
        found = replace(found, inside=_inside(found, read, dataset, progress, owner_rules))
    table = found.results["sv"].table
    texts = [(d.title or d.name, text) for d in table.dimensions.values() for text in d.labels.values()]
    texts += [(name, text) for name, i in table.indicators.items() for text in i.name.values()]
    require_nobody_named(texts, file=Path(dataset.path).name)
    return found


def study_of_municipality(
    municipality: str, *, progress: Progress, base_url: str = "", cache_dir: Path | None = None
) -> Study:
    """Fetch a municipality's sex-split indicators from Kolada and answer every question asked of them.

    Raises
    ------
    JamlikError
        Of kind `network` when Kolada does not answer, `usage` when there is no such municipality.
    """

    def fetched(done: int, expected: int, what: str) -> None:
        progress("fetch", done / max(expected, done, 1))

    with KoladaClient(base_url=base_url or None, cache_dir=cache_dir) as client:
        home = client.find_municipality(municipality)
        cells = client.fetch_municipality(home.code, progress=fetched)
    require_lawful(cells.dataset)
    return _studied(ReadIn(prepared_cells(cells), cells.input_key), cells.dataset, progress, Settings())


def _inside(public: Study, read: ReadIn, dataset: Dataset, progress: Progress, rules: str) -> Study:
    """The analysis once more, for the owner: what the public one withholds, to the same thresholds."""
    own = public.results["sv"]
    table = replace(read.prepared.table, indicators=own.table.indicators)
    prepared = replace(read.prepared, table=table)
    settings = Settings(audience=Audience.OWNER, owner_rules=rules)
    whole = _studied(replace(read, prepared=prepared), dataset, progress, settings)
    told = {f.finding_id: f for f in (*own.findings, *public.earlier["sv"]) if f.status is Status.SHOWN}
    asked = {f.question_key: (f.group, f.reference) for f in own.findings}

    def withheld(finding: Finding) -> bool:
        same = asked.get(finding.question_key) == (finding.group, finding.reference)
        return same and finding.status is Status.SHOWN and finding.finding_id not in told

    return Study(
        {lang: replace(r, findings=tuple(filter(withheld, r.findings))) for lang, r in whole.results.items()},
        {lang: tuple(filter(withheld, findings)) for lang, findings in whole.earlier.items()},
    )


def _studied(read: ReadIn, dataset: Dataset, progress: Progress, settings: Settings) -> Study:
    own = ask(
        read.prepared,
        dataset=dataset,
        settings=settings,
        input_key=read.input_key,
        geography=read.geography,
        versions=versions(),
        progress=progress,
    )
    decimals = level_decimals(own.levels, indicators=own.table.indicators)
    before = _earlier(own, read.prepared, dataset, settings, decimals)
    chosen = [name for name, indicator in read.prepared.table.indicators.items() if not indicator.threshold > 0]
    results, earlier = {"sv": own}, {"sv": before}
    for lang in LANGUAGES:
        if lang != "sv":
            told = replace(settings, lang=lang)
            again = partial(retold, table=own.table, dataset=dataset, settings=told, decimals=decimals)
            results[lang] = replace(
                own,
                lang=lang,
                findings=again(own.findings),
                notes=notes_in(lang, prepared=read.prepared, table=own.table, chosen=chosen),
                names=group_names(own.table.dimensions, lang=lang),
            )
            earlier[lang] = again(before)
    return Study(results, earlier)


def _earlier(
    own: AnalysisResult, prepared: Prepared, dataset: Dataset, settings: Settings, decimals: Mapping[str, int]
) -> tuple[Finding, ...]:
    """Findings of each indicator's period before its newest, where they can be told at all."""
    before = _periods_before(own.table, own.latest)
    if not before:
        return ()
    indicators = {name: own.table.indicators[name] for name in before}
    values = frozenset(name for name, indicator in indicators.items() if indicator.kind is Kind.VALUE)
    found, _ = all_findings(
        with_small_rests_hidden(own.table),
        prepared=replace(prepared, latest=before),
        series=Series(own.table.cells, periods=prepared.periods, indicators=values),
        dataset=dataset,
        settings=settings,
        decimals=decimals,
    )
    return tuple(replace(finding, rank=None) for finding in found if finding.status is Status.SHOWN)


def _periods_before(table: ProtectedTable, latest: Mapping[str, str]) -> dict[str, str]:
    periods: dict[str, set[str]] = {}
    for name, period, _ in table.cells:
        periods.setdefault(name, set()).add(period)
    found = {}
    for name, newest in latest.items():
        order = time_order(periods.get(name, ()))
        place = order.index(newest) if newest in order else 0
        if place:
            found[name] = order[place - 1]
    return found
