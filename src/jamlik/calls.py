"""What the commands do, as Python calls: ``import jamlik; jamlik.analyse("fil.csv")``.

Frames go in as Polars, pandas or Arrow; results come back as Polars frames and charts that show themselves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from jamlik.analysis.ask import Settings
from jamlik.analysis.intake import analysed_cells, analysed_dataset, as_polars, opened, with_references
from jamlik.analysis.lawful import require_nobody_named
from jamlik.charts import Chart, charts_for, overview_chart
from jamlik.model.dataset import Dataset
from jamlik.model.results import AnalysisResult
from jamlik.reports import published_result, write_all
from jamlik.reports.flat import finding_values
from jamlik.reports.folder import MARK, whole_folder
from jamlik.reports.index import write_index
from jamlik.reports.run import run_json
from jamlik.sources.ekby import EkbyFiles, write_ekby
from jamlik.sources.inspect import inspect_file
from jamlik.sources.inspection import Inspection
from jamlik.sources.kolada import KoladaClient
from jamlik.sources.toml import dataset_toml_text

__all__ = ["Analysis", "Inspection", "analyse", "demo", "described", "ekby", "inspect", "start"]

Report = Callable[[str, float], None]


def _silent(step: str, share: float) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class Analysis:
    """An analysis that has been made: protected figures, findings in order, charts and reports.

    Attributes
    ----------
    result : AnalysisResult
        Everything, as the reports receive it.
    """

    result: AnalysisResult

    @cached_property
    def findings(self) -> pl.DataFrame:
        """One row per difference, in order, with the columns and the published numbers of `findings.csv`.

        Numbers are null where they may not be shown.
        """
        shown = published_result(self.result)
        rows = [finding_values(finding, shown) for finding in shown.findings]
        return _frame([{name: str(v) if isinstance(v, StrEnum) else v for name, v in row.items()} for row in rows])

    @cached_property
    def levels(self) -> pl.DataFrame:
        """One row per published cell with level and interval, as published."""
        rows = [
            {
                "indicator": level.indicator,
                "period": level.period,
                "group": self.result_label(level.group),
                "status": level.status.value,
                "level": level.value,
                "low": level.low,
                "high": level.high,
                "base_n": level.base_n,
                "shrunken": level.shrunken,
            }
            for level in published_result(self.result).levels
        ]
        return _frame(rows)

    def result_label(self, group: tuple[tuple[str, str], ...]) -> str:
        """Name of a group of the result, `` for everyone."""
        return ", ".join(self.result.names.get(f"{name}:{code}", code) for name, code in group)

    def overview(self) -> Chart | None:
        """Chart of the differences that matter most, None when there is no sure one."""
        return overview_chart(self.result)

    def charts(self, indicator: str) -> tuple[Chart, ...]:
        """Charts of one indicator, by its id."""
        return charts_for(self.result, indicator)

    def write(self, folder: str | Path, *, progress: Report = _silent) -> Path:
        """Write the report and all its files into `folder`, whole or not at all, and return the folder."""
        target = Path(folder)
        with whole_folder(target) as work:
            self.write_into(work, progress=progress)
        return target

    def write_into(self, folder: Path, *, progress: Report = _silent) -> None:
        """Write the report's files into a folder that is there already."""
        write_all(self.result, folder, progress=lambda name, done, total: progress("write", done / max(total, 1)))
        (folder / MARK).write_text(run_json(self.result), encoding="utf-8")

    def _repr_html_(self) -> str:
        sentences = "".join(f"<li>{escape(f.sentence)}</li>" for f in self.result.findings[:10] if f.rank is not None)
        return f"<h3>{escape(self.result.title)}</h3><ol>{sentences}</ol>"


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame()


def inspect(
    path: str | Path, *, where: Mapping[str, tuple[str, ...]] | None = None, focus: str = "", catalogue: str = ""
) -> Inspection:
    """Say what a file holds: layout, columns and what each is taken for, missing marks, rows that cannot be used."""
    found = inspect_file(Path(path), where=where, focus=focus, catalogue=catalogue)
    texts = [(spec.outcome, text) for spec in found.dataset.indicators for text in spec.positive]
    texts += [(column.name, text) for column in found.columns for text in column.examples]
    require_nobody_named(texts, file=str(path))
    return found


def described(inspection: Inspection, *, beside: Path, lang: str = "sv") -> str:
    """Return the text of a `dataset.toml` that says what an inspection found, with the reasons as comments.

    Parameters
    ----------
    beside : Path
        The folder the description will lie in; the data file's path is written relative to it.
    """
    data, folder = Path(inspection.dataset.path).resolve(), beside.resolve()
    together = data.drive == folder.drive  # from one drive to another there is no relative path
    path = Path(os.path.relpath(data, folder)) if together else data
    return dataset_toml_text(
        replace(inspection.dataset, path=path.as_posix()), lang=lang, evidence=inspection.evidence(lang)
    )


def analyse(
    source: Any,
    *,
    lang: str = "sv",
    confidence: float = 0.95,
    file: str | Path | None = None,
    where: Mapping[str, tuple[str, ...]] | None = None,
    focus: str = "",
    catalogue: str = "",
    references: Mapping[str, str] | None = None,
    dataset: Dataset | None = None,
    progress: Report = _silent,
) -> Analysis:
    """Find which differences between groups are real, how big, how certain and for how many people.

    Parameters
    ----------
    source : path or frame
        A data file, a `dataset.toml`, or a Polars, pandas or Arrow frame.
    lang : str
        `sv`, `en` or `fi`.
    confidence : float
        Of every interval, between 0 and 1.
    file : path, optional
        The data file a `dataset.toml` is to be used with.
    where : mapping of column to values, optional
        Keep only these rows.
    focus : str
        Code of the area the analysis is for, where the file holds several.
    catalogue : str
        Path of a Kolada KPI catalogue.
    references : mapping of dimension to choice, optional
        Who groups are compared with: `rest` (everybody else), `best` (the best-off group) or a code.
    dataset : Dataset, optional
        What a frame means, when it is not to be guessed.

    Raises
    ------
    JamlikError
        With what, where, why and what to do.
    """
    settings = Settings(lang=lang, confidence=confidence)
    if isinstance(source, str | Path):
        path = Path(source)
        found = opened(path, file=Path(file) if file else None, where=where, focus=focus, catalogue=catalogue)
        asked = with_references(found, references or {})
        return _told(analysed_dataset(asked, settings=settings, progress=progress, base_dir=path.parent))
    rows = as_polars(source)
    meant = dataset or inspect_file(rows, where=where, focus=focus, catalogue=catalogue, name="frame").dataset
    asked = with_references(replace(meant, focus=focus or meant.focus), references or {})
    return _told(analysed_dataset(asked, settings=settings, progress=progress, frame=rows))


def _told(result: AnalysisResult) -> Analysis:
    """Let a result out, unless what it calls its groups and answers points out persons."""
    texts = [(d.title or d.name, text) for d in result.table.dimensions.values() for text in d.labels.values()]
    texts += [(name, text) for name, i in result.table.indicators.items() for text in i.name.values()]
    require_nobody_named(texts, file=result.run.input_name)
    return Analysis(result)


def start(
    municipality: str,
    *,
    lang: str = "sv",
    base_url: str = "",
    cache_dir: str | Path | None = None,
    progress: Report = _silent,
) -> Analysis:
    """Fetch a municipality's sex-split indicators from Kolada and analyse them.

    Parameters
    ----------
    municipality : str
        Code (`0126`) or name (`Huddinge`).
    base_url : str
        Address of the API; empty uses `JAMLIK_KOLADA_URL` or Kolada's own.
    cache_dir : path, optional
        Where fetched pages are kept, so that an interrupted run goes on where it stopped.
    """

    def fetched(done: int, expected: int, what: str) -> None:
        progress("fetch", done / max(expected, done, 1))

    with KoladaClient(base_url=base_url or None, cache_dir=Path(cache_dir) if cache_dir else None) as client:
        home = client.find_municipality(municipality)
        cells = client.fetch_municipality(home.code, progress=fetched)
    return Analysis(analysed_cells(cells, settings=Settings(lang=lang), progress=progress))


def ekby(folder: str | Path, *, seed: int = 1, progress: Callable[[float], None] | None = None) -> EkbyFiles:
    """Write the data of the invented municipality Ekby: person rows of five services, maps and `truth.csv`.

    Parameters
    ----------
    seed : int
        The same seed writes the same bytes.
    """
    return write_ekby(Path(folder), seed=seed, progress=(lambda name, share: progress(share)) if progress else None)


def demo(folder: str | Path, *, seed: int = 1, lang: str = "sv", progress: Report = _silent) -> Path:
    """Build Ekby, analyse every service and write the reports with a page that leads to them.

    Returns
    -------
    Path
        The page to open.
    """
    target = Path(folder)
    with whole_folder(target) as work:
        files = ekby(work / "data", seed=seed, progress=lambda share: progress("demo", share))
        analyses: dict[str, AnalysisResult] = {}
        for done, (service, toml) in enumerate(sorted(files.tomls.items())):
            analysis = analyse(toml, lang=lang)
            (work / service).mkdir()
            analysis.write_into(work / service)
            analyses[service] = analysis.result
            progress("write", (done + 1) / len(files.tomls))
        write_index(analyses, work / "index.html", lang=lang)
        (work / MARK).write_text(run_json(*analyses.values()), encoding="utf-8")
    return target / "index.html"
