"""What may not be analysed: grounds that may not be registered about persons."""

from __future__ import annotations

from collections.abc import Iterable

from jamlik.model.dataset import Dataset, RowKind
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.privacy.grounds import Ground
from jamlik.privacy.scan import grounds_in_columns, traces_in_text

__all__ = ["require_lawful", "require_nobody_named"]

_GROUND = "Kolumnen får inte analyseras: den anger en diskrimineringsgrund som inte får registreras om personer."
_WHY_GROUND = (
    "Etnisk tillhörighet, religion, sexuell läggning, könsidentitet och funktionsnedsättning är känsliga uppgifter."
)
_IDENTITY = "Kolumnen får inte vara med: den pekar ut personer."
_WHY_IDENTITY = "Analysen behöver inte veta vem någon är. Det som inte finns i filen kan inte läcka."


def require_lawful(dataset: Dataset) -> None:
    """Refuse a dataset with a column for a ground that may not be registered, and name the lawful alternative.

    Raises
    ------
    JamlikError
        Of kind `forbidden_ground`; exempt are aggregates declared `anonymous_survey` and, for disability,
        `service_aggregate`.
    """
    found = grounds_in_columns(
        [column.name for column in dataset.columns],
        person_rows=dataset.rows is RowKind.PERSONS,
        data_source=dataset.data_source,
    )
    for finding in found:
        if finding.refused:
            identity = finding.ground is Ground.IDENTITY
            raise JamlikError(
                _IDENTITY if identity else _GROUND,
                where=Place(dataset.path, column=finding.column),
                why=_WHY_IDENTITY if identity else _WHY_GROUND,
                do=f"{finding.alternative.get('sv', '')} Ta bort kolumnen ur filen innan du analyserar den.".strip(),
                kind=ErrorKind.FORBIDDEN_GROUND,
            )


def require_nobody_named(texts: Iterable[tuple[str, str]], *, file: str) -> None:
    """Refuse names of groups and answers that hold an identity number or an address; they would be printed.

    Parameters
    ----------
    texts : iterable of (column, text)
        What would be read in a report or a description.

    Raises
    ------
    JamlikError
        Of kind `forbidden_ground`; it names the column and never repeats the text.
    """
    for column, text in texts:
        if traces_in_text(text):
            raise JamlikError(
                "Ett värde ser ut som ett personnummer eller en e-postadress.",
                where=Place(file, column=column),
                why=_WHY_IDENTITY,
                do="Ta bort kolumnen, eller värdena i den som pekar ut personer.",
                kind=ErrorKind.FORBIDDEN_GROUND,
            )
