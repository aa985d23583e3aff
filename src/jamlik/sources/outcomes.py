"""What is measured in a file of persons: answers yes and no, numbers, answers on a scale; and what describes people."""

from __future__ import annotations

from collections.abc import Mapping

from jamlik.model.dataset import ColumnRole, IndicatorColumns
from jamlik.model.indicators import Indicator, Kind
from jamlik.sources.answers import NO, YES, is_negation
from jamlik.sources.columns import slug
from jamlik.sources.figures import mark_of
from jamlik.sources.inspection import Evidence
from jamlik.sources.naming import name_says, tokens
from jamlik.sources.pairs import unit_of
from jamlik.sources.profile import ColumnProfile
from jamlik.sources.roles import Guess

__all__ = ["person_columns"]

_LEVELS = range(3, 7)
_MOST_CATEGORIES, _MOST_COVARIATE = 30, 8
_THRESHOLD = 2.0


def _answers(profile: ColumnProfile) -> list[str]:
    """Different answers, marks left out, in a fixed order."""
    return sorted(text for text in profile.values if mark_of(text, missing={}) is None)


def _is_flag(answers: list[str]) -> bool:
    folded = {text.casefold().removesuffix(".0") for text in answers}
    return bool(folded) and folded <= (YES | NO) - {"x"} and len(folded) <= 2


def _proportion(name: str, slugged: str, **more: str) -> Indicator:
    return Indicator(
        id=f"local:{slugged}",
        name={"sv": name},
        kind=Kind.PROPORTION,
        threshold=_THRESHOLD,
        base_key=more.get("base", f"base:{slugged}"),
        partition=more.get("partition", ""),
    )


def person_columns(
    found: Mapping[str, ColumnProfile], guesses: Mapping[str, Guess]
) -> tuple[dict[str, Guess], tuple[IndicatorColumns, ...]]:
    """Guess the columns that nothing is said about yet: outcomes, covariates, categories, and what is left alone.

    Returns
    -------
    guesses, indicators
        One guess per column; indicators in the file's order. Outcomes never share a base, since who has no answer
        differs from one to the next.
    """
    settled = dict(guesses)
    open_ones = [profile for name, profile in found.items() if name not in settled]
    for profile in open_ones:
        settled[profile.name] = _person_guess(profile)
    if not any(guess.role is ColumnRole.OUTCOME for guess in settled.values()):
        _promote(open_ones, settled)
    specs: list[IndicatorColumns] = []
    for profile in open_ones:
        if settled[profile.name].role is ColumnRole.OUTCOME:
            specs += _indicators(profile)
    return settled, tuple(specs)


def _promote(profiles: list[ColumnProfile], settled: dict[str, Guess]) -> None:
    """Without any outcome, the last column with a few answers is one."""
    for profile in reversed(profiles):
        if 2 <= len(_answers(profile)) < _LEVELS.stop and settled[profile.name].role is ColumnRole.CATEGORY:
            settled[profile.name] = Guess(ColumnRole.OUTCOME, Evidence("outcome_last"), check=True)
            return


def _person_guess(profile: ColumnProfile) -> Guess:
    name, answers = profile.name, _answers(profile)
    if tokens(name) in (["namn"], ["name"], ["nimi"]):
        return Guess(ColumnRole.IGNORE, Evidence("contact"))
    if profile.is_constant:
        return Guess(ColumnRole.IGNORE, Evidence("one_value"))
    if _is_flag(answers):
        return Guess(ColumnRole.OUTCOME, Evidence("outcome_flag"))
    few = 2 <= len(answers) <= _MOST_COVARIATE
    if name_says(name, "covariate") and few:
        return Guess(ColumnRole.COVARIATE, Evidence("covariate_name"), slug(name), check=True)
    if profile.is_number:
        if profile.distinct_n <= 2:
            return Guess(ColumnRole.CATEGORY, Evidence("category_codes"), slug(name), check=True)
        return Guess(ColumnRole.OUTCOME, Evidence("outcome_number"))
    if name_says(name, "category") and len(answers) <= _MOST_CATEGORIES:
        return Guess(ColumnRole.CATEGORY, Evidence("category_name"), slug(name), check=True)
    if len(answers) == 2 and any(is_negation(text) for text in answers):
        return Guess(ColumnRole.OUTCOME, Evidence("outcome_two"), check=True)
    if len(answers) in _LEVELS:
        return Guess(ColumnRole.OUTCOME, Evidence("outcome_levels", {"levels": str(len(answers))}), check=True)
    if len(answers) <= _MOST_CATEGORIES and len(answers) < 0.5 * profile.filled_n:
        return Guess(ColumnRole.CATEGORY, Evidence("category_few"), slug(name), check=True)
    return Guess(ColumnRole.IGNORE, Evidence("many_texts", {"count": str(profile.distinct_n)}))


def _indicators(profile: ColumnProfile) -> list[IndicatorColumns]:
    name, slugged, answers = profile.name, slug(profile.name), _answers(profile)
    if _is_flag(answers):
        return [IndicatorColumns(_proportion(name, slugged), outcome=name)]
    if profile.is_number:
        unit = unit_of(name)
        mean = Indicator(
            id=f"local:{slugged}",
            name={"sv": name},
            kind=Kind.MEAN,
            unit=unit,
            threshold=_THRESHOLD if unit == "%" else 0.0,
            base_key=f"base:{slugged}",
            multiplier=1.0,
        )
        return [IndicatorColumns(mean, outcome=name)]
    if len(answers) == 2:
        yes = next((text for text in answers if not is_negation(text)), answers[0])
        return [IndicatorColumns(_proportion(f"{name}: {yes}", slugged), outcome=name, positive=(yes,))]
    made = []
    for answer in answers:
        own = _proportion(
            f"{name}: {answer}", f"{slugged}_{slug(answer)}", base=f"base:{slugged}", partition=f"part:{slugged}"
        )
        made.append(IndicatorColumns(own, outcome=name, positive=(answer,)))
    return made
