"""Area codes held against what is known of them: the map, and the codes a dataset lists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jamlik.model.dataset import ColumnRole, Dataset
from jamlik.model.errors import JamlikError, Place, Severity
from jamlik.model.groupings import Dimension
from jamlik.sources.geography import found_beside, read_geography
from jamlik.sources.notices import Notices
from jamlik.sources.reader import Source

__all__ = ["listed_codes", "map_folder", "note_unknown_areas"]

_SHOWN = 10


def map_folder(dataset: Dataset, source: Source) -> Path:
    """Folder where the dataset's map lies: beside the data file, unless its path leads somewhere by itself."""
    return source.parent if isinstance(source, Path) else Path(dataset.path).parent


def note_unknown_areas(dataset: Dataset, dimensions: Sequence[Dimension], *, source: Source, notices: Notices) -> None:
    """Note codes that are not in the dataset's own list, and codes that the map has no polygon for.

    Raises
    ------
    JamlikError
        CONTRACT when not one code is in the map: then the property or the map is the wrong one.
    """
    _note_unlisted(dataset, dimensions, notices)
    if dataset.map is None:
        return
    dimension = next((d for d in dimensions if d.name == dataset.map.dimension), None)
    if dimension is None:
        raise JamlikError(
            "map_of_no_dimension",
            where=Place(dataset.path),
            dimension=dataset.map.dimension,
            dimensions=", ".join(d.name for d in dimensions),
        )
    folder = map_folder(dataset, source)
    if not found_beside(dataset.map.path, folder).is_file():
        notices.note("map_missing", Severity.NOTE, detail=Path(dataset.map.path).name)
        return
    shapes = read_geography(dataset.map, base_dir=folder).shapes
    unknown = [code for code in dimension.codes if code not in shapes]
    if len(unknown) == len(dimension.codes):
        raise JamlikError(
            "map_of_other_areas",
            where=Place(dataset.path, column=dimension.title),
            code=unknown[0],
            other=sorted(shapes)[0],
        )
    notices.note(
        "unknown_area", Severity.NOTE, column=dimension.title, count=len(unknown), detail=listed_codes(unknown)
    )


def listed_codes(codes: Sequence[str]) -> str:
    """The first ten codes as a text."""
    return ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")


def _note_unlisted(dataset: Dataset, dimensions: Sequence[Dimension], notices: Notices) -> None:
    listed = {c.name: set(c.labels) for c in dataset.columns if c.role is ColumnRole.AREA and c.labels}
    for dimension in dimensions:
        if dimension.title in listed:
            unknown = [code for code in dimension.codes if code not in listed[dimension.title]]
            notices.note(
                "unknown_area", Severity.NOTE, column=dimension.title, count=len(unknown), detail=listed_codes(unknown)
            )
