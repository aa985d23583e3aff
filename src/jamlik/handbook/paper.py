"""A question set as a form on paper: every question, row and part with the name its field has, in one language."""

from __future__ import annotations

from collections.abc import Iterator

from jamlik.handbook.answers import NONE, Answers, value_of
from jamlik.handbook.asking import rows_of
from jamlik.handbook.questions import SOLE, About, Condition, Kind, Part, Question, QuestionSet, text_of
from jamlik.model.words import phrase, words
from jamlik.reports.form import Form, FormInput, FormQuestion, FormRow, FormStep

__all__ = ["FORM_FIELD", "field_name", "form_key", "form_of", "paper_rows"]

FORM_FIELD = "jamlik/form"
"""Name of the hidden field that tells which form a PDF is."""
_PER_LINE = 75


def field_name(question: str, row: str, part: str) -> str:
    """The name of a field: `q16_observation/1/measure`, or `q05_target_group/answer` where there are no rows."""
    return f"{question}/{part}" if row == SOLE else f"{question}/{row}/{part}"


def form_key(question_set: QuestionSet, depth: str, lang: str, analysis: str) -> str:
    """What the hidden field holds: which set, how deep, which language, and which analysis it goes back to."""
    return "|".join((question_set.key, depth, lang, analysis))


def paper_rows(question_set: QuestionSet, question: Question, answers: Answers) -> tuple[str, ...]:
    """Keys of the rows that paper has room for: those there are, and empty ones up to what the question is given."""
    if question.per:
        return paper_rows(question_set, question_set.by_id[question.per], answers)
    if not question.rows:
        return (SOLE,)
    there = rows_of(question_set, question, answers)
    spare = (str(number) for number in range(1, 1000) if str(number) not in there)
    return there + tuple(next(spare) for _ in range(max(0, question.rows - len(there))))


def form_of(
    question_set: QuestionSet,
    depth: str,
    lang: str,
    *,
    answers: Answers = NONE,
    analysis: str = "",
    kicker: str = "",
    fillable: bool = True,
) -> Form:
    """The form that goes out.

    Parameters
    ----------
    answers : Answers
        What has been answered so far, or filled in beforehand from findings.
    analysis : str
        What names the analysis that answers go back to; empty for a form that starts one.
    kicker : str
        Said above the title: the municipality, or the analysis.
    fillable : bool
        With fields, or ruled for a pen.
    """
    name = next(text_of(each.title, lang) for each in question_set.depths if each.id == depth)
    version = phrase(lang, "handbook.form.version", set=question_set.key, depth=name.lower())
    intro = [text_of(question_set.intro, lang), phrase(lang, f"handbook.form.{'fill_in' if fillable else 'by_hand'}")]
    intro += [phrase(lang, "handbook.form.unreviewed")] if lang in question_set.unreviewed else []
    places = {question.id: str(place + 1) for place, (_, question) in enumerate(question_set.asked_in(depth))}
    steps = []
    for place, step in enumerate(question_set.steps):
        asked = [question for question in step.questions if depth in question.depths]
        made = tuple(_question(question_set, each, places, lang, answers) for each in asked)
        if made:
            title = f"{place + 1}. {text_of(step.title, lang)}"
            steps.append(FormStep(step.id, title, text_of(step.aim, lang), made))
    return Form(
        title=text_of(question_set.title, lang),
        kicker=f"{kicker} · {version}" if kicker else version,
        intro=tuple(intro),
        lang=lang,
        steps=tuple(steps),
        labels=words(lang, "handbook.form"),
        hidden={FORM_FIELD: form_key(question_set, depth, lang, analysis)},
        fillable=fillable,
        compact=_on_one_page(question_set),
    )


def _on_one_page(question_set: QuestionSet) -> bool:
    """Whether a set is a page to keep at hand: it has one step."""
    return len(question_set.steps) == 1


def _question(
    question_set: QuestionSet, question: Question, places: dict[str, str], lang: str, answers: Answers
) -> FormQuestion:
    notes = list(_notes(question_set, question, lang))
    if not question.required and not question.when:
        notes.append(phrase(lang, "handbook.form.optional"))
    if lang not in question.texts:  # a municipality's own, that nobody has translated
        notes.append(phrase(lang, "handbook.form.only_swedish"))
    rows = tuple(
        FormRow(
            _row_title(question_set, question, row, place, lang, answers),
            tuple(_input(question_set, question, row, part, lang, answers) for part in question.parts),
        )
        for place, row in enumerate(paper_rows(question_set, question, answers))
    )
    return FormQuestion(
        id=question.id,
        number=places[question.id],
        text=text_of(question.texts, lang),
        help=text_of(question.help, lang),
        rows=rows,
        notes=tuple(notes),
        example=text_of(question.example, lang),
        roomy=question.norm_critical,
    )


def _row_title(question_set: QuestionSet, question: Question, row: str, place: int, lang: str, answers: Answers) -> str:
    """`Skillnad 2`, with what it is about where another question asks for it; empty for a question without rows."""
    if not question.repeats:
        return ""
    return _row_name(question_set, question, row, place, lang, answers if question.per else NONE)


def _row_name(question_set: QuestionSet, question: Question, row: str, place: int, lang: str, answers: Answers) -> str:
    home = question_set.by_id[question.per] if question.per else question
    name = value_of(answers, home.id, home.parts[0].id, row)
    values = {"what": text_of(home.row_name, lang), "number": str(place + 1), "name": str(name)}
    return phrase(lang, f"handbook.form.{'row_named' if name else 'row'}", **values)


def _input(
    question_set: QuestionSet, question: Question, row: str, part: Part, lang: str, answers: Answers
) -> FormInput:
    label = question.label(part, lang)
    notes = list(_part_notes(question_set, question, part, lang))
    value = value_of(answers, question.id, part.id, row)
    return FormInput(
        name=field_name(question.id, row, part.id),
        kind=part.kind.value,
        label=label,
        spoken=_spoken(question_set, question, row, part, lang, answers),
        shown=bool(part.texts),
        options=tuple(_options(question_set, part, lang, answers)),
        value=value,
        lines=_lines(question_set, question, part, str(value)),
        limit=part.kind.limit,
        note=" ".join(notes),
    )


def _spoken(question_set: QuestionSet, question: Question, row: str, part: Part, lang: str, answers: Answers) -> str:
    """What a screen reader says of a field, which stands alone there: the question, the row and the part."""
    said = [text_of(question.texts, lang)]
    if question.repeats:
        place = paper_rows(question_set, question, answers).index(row)
        said.append(_row_name(question_set, question, row, place, lang, NONE) + ".")
    if part.texts:
        said.append(text_of(part.texts, lang))
    return " ".join(said)


def _lines(question_set: QuestionSet, question: Question, part: Part, value: str) -> int:
    """Lines there is room for: more for what questions norms, and as many as what stands there already."""
    if part.kind is not Kind.TEXT:
        return 1
    few = question.repeats or _on_one_page(question_set)
    room = 8 if question.norm_critical else 3 if few else 5
    return max(room, sum(1 + len(line) // _PER_LINE for line in value.split("\n")))


def _part_notes(question_set: QuestionSet, question: Question, part: Part, lang: str) -> Iterator[str]:
    if not part.required and question.required:
        yield phrase(lang, "handbook.form.optional_part")
    if part.kind in (Kind.DATE, Kind.NUMBER):
        yield phrase(lang, f"handbook.form.{part.kind.value}_hint")
    for condition in part.when:
        yield _when(question_set, question, condition, lang)


def _options(question_set: QuestionSet, part: Part, lang: str, answers: Answers) -> Iterator[tuple[str, str]]:
    if part.kind is Kind.ROW:
        home = question_set.by_id[part.of]
        for place, row in enumerate(paper_rows(question_set, home, answers)):
            yield row, _row_name(question_set, home, row, place, lang, answers)
    elif part.choices:
        for choice in question_set.choices[part.choices]:
            yield choice.id, choice.text(lang)


def _notes(question_set: QuestionSet, question: Question, lang: str) -> Iterator[str]:
    """When a question is asked, in words."""
    for condition in question.when:
        yield _when(question_set, question, condition, lang)


def _when(question_set: QuestionSet, question: Question, condition: Condition, lang: str) -> str:
    if condition.about is About.FACT:
        return phrase(lang, f"handbook.form.{condition.name}")
    asked = question_set.by_id[condition.question] if condition.question else question
    part = asked.part(condition.part)
    label = asked.label(part, lang)
    if condition.about is About.UNNAMED_BY:
        return phrase(lang, "handbook.form.only_unnamed", question=text_of(asked.texts, lang))
    names = [question_set.choice(part.choices, each).text(lang) for each in condition.values]
    quoted = [phrase(lang, "handbook.form.quoted", text=name) for name in names]
    answers = phrase(lang, "handbook.form.or_between").join(quoted)
    key = "only_rows" if condition.about is About.ROW else "only_if"
    return phrase(lang, f"handbook.form.{key}", answers=answers, question=label)
