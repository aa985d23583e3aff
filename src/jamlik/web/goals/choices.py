"""What a person may choose among in the forms of goals and targets."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property

from jamlik.model.frozen import thawed_group
from jamlik.model.words import inside
from jamlik.web.core import clock
from jamlik.web.core.models import User
from jamlik.web.core.texts import language, say
from jamlik.web.goals import queries, rules
from jamlik.web.goals.models import Goal, GoalLevel, GoalState
from jamlik.web.goals.progress import Point
from jamlik.web.goals.series import Asked, published_analyses, published_points
from jamlik.web.organisation.queries import units_in_scope, valid_on
from jamlik.web.register.choices import theme_choices
from jamlik.web.register.models import Document
from jamlik.web.register.queries import active_themes
from jamlik.web.statistics.models import DataSet, Indicator, LevelRows, Observation

__all__ = ["LONG", "Choice", "GoalChoices", "Question", "TargetChoices", "narrowed", "nothing"]

Choice = tuple[int | str, str]
LONG = 12  # more choices than this can be searched


def nothing() -> Choice:
    """What a list of choices says before anything is chosen."""
    return ("", say("goals.choose"))


def narrowed(choices: Sequence[Choice], find: str, chosen: Container[str]) -> list[Choice]:
    """Choices with every word that is looked for, and those that are chosen or stand for none."""
    words = find.casefold().split()
    return [
        (key, text)
        for key, text in choices
        if not key or str(key) in chosen or all(word in text.casefold() for word in words)
    ]


class GoalChoices:
    """For one person and goal. `level` and the years are put here by the pages that ask for them.

    `find` narrows what a page lists to what holds these words.
    """

    def __init__(self, user: User, goal: Goal | None = None, find: str = "") -> None:
        self._user, self.goal, self.find = user, goal, find
        self.level = ""
        self.years: tuple[int, int] | None = None

    @cached_property
    def owners(self) -> list[Choice]:
        """Units that the person may own goals for."""
        units = units_in_scope(self._user, "goals.edit").filter(valid_on(clock.today()))
        return [nothing(), *((unit.pk, unit.name) for unit in units.order_by("path"))]

    @cached_property
    def _above(self) -> list[Goal]:
        return list(Goal.objects.exclude(state=GoalState.ENDED).order_by("code", "title"))

    def parents(self) -> list[Choice]:
        """Goals that look farther ahead than this one."""
        if not self.level:
            return [(goal.pk, str(goal)) for goal in self._above]
        place = rules.LEVELS.index(GoalLevel(self.level))
        own = self.goal.pk if self.goal else None
        return [
            (goal.pk, f"{goal} ({say(f'goals.level.{goal.level}')}, {goal.years})")
            for goal in self._above
            if rules.LEVELS.index(GoalLevel(goal.level)) < place and goal.pk != own
        ]

    @cached_property
    def themes(self) -> list[Choice]:
        """Themes in use, and those the goal already carries."""
        chosen = list(active_themes())
        if self.goal is not None:
            known = {theme.pk for theme in chosen}
            carried = self.goal.themes.select_related("theme_set")
            chosen += [theme for theme in carried if theme.pk not in known]
        return theme_choices(chosen)

    @cached_property
    def documents(self) -> list[Choice]:
        """Governing documents."""
        return [(pk, title) for pk, title in Document.objects.order_by("title").values_list("pk", "title")]


@dataclass(frozen=True, slots=True)
class Question:
    """A comparison that has been published: a group and those it is compared with, as told in each language."""

    key: str
    group: tuple[tuple[str, str], ...]
    group_texts: dict[str, str]
    reference_texts: dict[str, str]

    def text(self) -> str:
        """The comparison in the reader's language."""
        lang = language()
        group = self.group_texts.get(lang) or self.group_texts.get("sv", "")
        reference = self.reference_texts.get(lang) or self.reference_texts.get("sv", "")
        return say("goals.target.between", group=group, reference=inside(reference))


class TargetChoices:
    """For one target being set. Each page puts its answer here, so that the next can offer what goes with it."""

    def __init__(self, find: str = "") -> None:
        self.find = find
        self.source: tuple[int, str] | None = None
        self.question = ""
        self.kind = ""

    @cached_property
    def sources(self) -> dict[str, tuple[DataSet, Indicator]]:
        """Published indicators with the data set they come from, by "data set:indicator"."""
        rows = LevelRows.objects.filter(analysis__in=published_analyses()).values_list(
            "analysis__imported__data_set", "indicator"
        )
        pairs = sorted(set(rows.order_by()))
        sets = DataSet.objects.in_bulk([data_set for data_set, _ in pairs])
        known = {each.key: each for each in queries.published_indicators()}
        return {
            f"{data_set}:{known[key].pk}": (sets[data_set], known[key])
            for data_set, key in pairs
            if key in known and data_set in sets
        }

    def indicators(self) -> list[Choice]:
        """Indicators to choose, by name."""
        lang = language()
        named = [(code, f"{one.title(lang)} ({data.title})") for code, (data, one) in self.sources.items()]
        return sorted(named, key=lambda choice: choice[1].casefold())

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Questions published of the chosen indicator, the simplest first and then by name."""
        if self.source is None:
            return {}
        data_set, indicator = self.source
        rows = (
            Observation.objects.filter(
                analysis__in=published_analyses(),
                finding__data_set=data_set,
                finding__indicator__key=indicator,
                status="shown",
            )
            .order_by("finding__dimension", "finding__period_start", "pk")
            .values_list("finding__question_key", "finding__dimension", "numbers", "texts")
        )
        found = {}
        for key, dimension, numbers, texts in rows:
            group = {lang: told["group"] for lang, told in texts.items()}
            reference = {lang: told["reference"] for lang, told in texts.items()}
            question = Question(key, thawed_group(numbers["group"]), group, reference)
            found[key] = (dimension.count("+"), question)
        ordered = sorted(found.values(), key=lambda each: (each[0], each[1].text().casefold(), each[1].key))
        return {question.key: question for _, question in ordered}

    def comparisons(self) -> list[Choice]:
        """Everyone's level, or one of the questions."""
        asked = [(key, question.text()) for key, question in self.questions.items()]
        return [("all", say("goals.target.everyone")), *asked]

    @cached_property
    def points(self) -> Sequence[Point]:
        """The published series of what has been chosen."""
        if self.source is None:
            return ()
        asked = self.asked()
        return published_points([asked])[asked]

    @property
    def direction(self) -> str:
        """Which way the chosen indicator is better."""
        if self.source is None:
            return ""
        return next((one.direction for data, one in self.sources.values() if (data.pk, one.key) == self.source), "")

    def asked(self) -> Asked:
        """What has been chosen, as a question to the published figures."""
        assert self.source is not None
        data_set, indicator = self.source
        question = self.questions.get(self.question)
        return Asked(data_set, indicator, question.group if question else (), question.key if question else "")

    def baselines(self) -> list[Choice]:
        """Periods with a figure that is shown, the newest first."""
        gap = self.kind == "gap"
        shown = [each for each in self.points if (each.gap if gap else each.level) is not None]
        return [(each.period, each.period) for each in reversed(shown)]
