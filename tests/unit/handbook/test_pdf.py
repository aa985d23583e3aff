"""The form as a PDF: every question has its field and back; filled by other programs it gives the same answers."""

from __future__ import annotations

import io
import itertools
import json
import resource
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from jamlik.handbook import Answers, Kind, QuestionSet, cleaned, newest
from jamlik.handbook.filled import read_filled
from jamlik.handbook.paper import FORM_FIELD, field_name, form_of, paper_rows
from jamlik.handbook.printed import book_of
from jamlik.model.errors import JamlikError
from jamlik.model.words import LANGUAGES, phrase
from jamlik.reports.book import book_pdf
from jamlik.reports.form import form_pdf
from tests.conftest import ROOT
from tests.support.handbook import valid_answers, whole_answers

pytestmark = pytest.mark.slow  # laying out the full form takes four seconds; it is done once
EQUALITY, CRISIS = newest("equality"), newest("crisis")
LONG = ("Å ä ö, é ß – ”citat” & <b> \\ (parentes) 1 %\n\n" * 70)[:3000].rstrip()
HEADINGS = {"/H1", "/H2", "/H3", "/H4"}
FILLERS = ROOT / "tests" / "browser"


@pytest.fixture(scope="module")
def empty() -> bytes:
    return form_pdf(form_of(EQUALITY, "full", "sv", analysis="a17"))


@pytest.fixture(scope="module")
def small() -> bytes:
    return form_pdf(form_of(CRISIS, "quick", "fi"))


def values_of(question_set: QuestionSet, answers: Answers) -> dict[str, Any]:
    """Answers as somebody fills them in: text by field, `True` for a ticked box."""
    values: dict[str, Any] = {}
    for name, rows in answers.items():
        for row in rows:
            for part, value in row.values.items():
                field = field_name(name, row.key, part)
                values |= {field: value} if isinstance(value, str) else {f"{field}/{each}": True for each in value}
    return values


def filled_by_pypdf(form: bytes, values: dict[str, Any]) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(form))
    fields = writer.get_fields() or {}
    given = {}
    for name, value in values.items():
        button = fields[name]["/FT"] == "/Btn"
        given[name] = f"/{'on' if value is True else value}" if button else value
    for page in writer.pages:
        writer.update_page_form_field_values(page, given, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def filled_by(tmp_path_factory) -> Callable[[str, bytes, list[dict[str, Any]]], list[bytes]]:
    """Forms filled in by a program run by Node, all in one run."""
    modules = ROOT / ".cache" / "axe" / "node_modules"
    if shutil.which("node") is None or not (modules / "pdf-lib").is_dir():
        pytest.skip("no Node, or its packages are not set up: run make setup")

    def run(program: str, form: bytes, values: list[dict[str, Any]]) -> list[bytes]:
        folder = tmp_path_factory.mktemp("filled")
        (folder / "form.pdf").write_bytes(form)
        outs = [folder / f"{number}.pdf" for number in range(len(values))]
        jobs = [{"values": each, "out": str(out)} for each, out in zip(values, outs, strict=True)]
        (folder / "jobs.json").write_text(json.dumps({"form": str(folder / "form.pdf"), "jobs": jobs}))
        command = ["node", str(FILLERS / f"fill_with_{program}.mjs"), str(modules), str(folder / "jobs.json")]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return [out.read_bytes() for out in outs]

    return run


@dataclass
class Drawn:
    """Sets of answers, told in short: Hypothesis would print pages of them."""

    each: list[Answers]

    def __repr__(self) -> str:
        return f"{len(self.each)} sets of answers"


def drawn(count: int) -> st.SearchStrategy[Drawn]:
    return st.lists(valid_answers(EQUALITY, "full", rows=3), min_size=count, max_size=count).map(Drawn)


ONCE = settings(max_examples=1, phases=[Phase.generate], print_blob=False, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", ["equality", "crisis", "team"])
def test_every_question_has_its_field_and_every_field_its_question(name, empty):
    made = newest(name)
    depth = made.depths[-1].id
    form = empty if name == "equality" else form_pdf(form_of(made, depth, "sv"))
    asked = {}
    for _, question in made.asked_in(depth):
        for row in paper_rows(made, question, {}):
            for part in question.parts:
                field = field_name(question.id, row, part.id)
                if part.kind is Kind.CHOICES:
                    asked |= {f"{field}/{each.id}": (question, part) for each in made.choices[part.choices]}
                else:
                    asked[field] = (question, part)
    fields = PdfReader(io.BytesIO(form)).get_fields() or {}
    assert set(fields) - {FORM_FIELD} == set(asked)
    for field, (question, part) in asked.items():
        heard = str(fields[field]["/TU"])
        assert heard.startswith(question.texts["sv"]), field
        assert part.texts.get("sv", "") in heard, field
        if part.kind is Kind.CHOICE:
            states = {state for kid in fields[field]["/Kids"] for state in kid.get_object()["/AP"]["/N"]}
            assert states == {"/Off", *(f"/{each.id}" for each in made.choices[part.choices])}


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_labels_and_help_stand_on_paper_word_for_word(lang, empty):
    form = empty if lang == "sv" else form_pdf(form_of(EQUALITY, "quick", lang))
    depth = "full" if lang == "sv" else "quick"
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(form)).pages).split())
    bare = text.replace("- ", "").replace(" ", "")
    for question in EQUALITY.by_id.values():
        if depth in question.depths:
            for said in (
                question.texts[lang],
                question.help[lang],
                *(part.texts.get(lang, "") for part in question.parts),
            ):
                assert said.replace("- ", "").replace(" ", "") in bare, said


def test_answers_filled_in_beforehand_come_back():
    answers, _ = cleaned(EQUALITY, whole_answers())
    back = read_filled(form_pdf(form_of(EQUALITY, "quick", "en", analysis="a17", answers=answers)), file="form.pdf")
    assert (back.set, back.depth, back.lang, back.analysis, back.faults) == (EQUALITY, "quick", "en", "a17", ())
    asked = {question.id for _, question in EQUALITY.asked_in("quick")}
    assert dict(back.answers) == {name: rows for name, rows in answers.items() if name in asked}


def test_empty_form_gives_no_answers(empty):
    back = read_filled(empty, file="form.pdf")
    assert back.answers == {}
    assert back.faults == ()


@pytest.mark.parametrize("count", [3, pytest.param(100, marks=pytest.mark.prove)])
@ONCE
@given(data=st.data())
def test_forms_filled_by_pypdf_give_the_same_answers(empty, count, data):
    for answers in data.draw(drawn(count)).each:
        back = read_filled(filled_by_pypdf(empty, values_of(EQUALITY, answers)), file="form.pdf")
        assert back.answers == answers
        assert back.faults == ()


@pytest.mark.parametrize("program", ["pdf_lib", "pdf_js"])
@pytest.mark.parametrize("count", [3, pytest.param(100, marks=pytest.mark.prove)])
@ONCE
@given(data=st.data())
def test_forms_filled_by_other_programs_give_the_same_answers(filled_by, empty, program, count, data):
    several = data.draw(drawn(count)).each
    forms = filled_by(program, empty, [values_of(EQUALITY, answers) for answers in several])
    for answers, form in zip(several, forms, strict=True):
        back = read_filled(form, file="form.pdf")
        assert back.answers == answers
        assert back.faults == ()


@pytest.mark.parametrize("program", ["pdf_lib", "pdf_js"])
def test_longest_text_survives_other_programs(filled_by, empty, program):
    answers, faults = cleaned(
        EQUALITY, {"q05_target_group": [{"answer": LONG}], "q01_subject": [{"answer": "å" * 200}]}
    )
    assert faults == ()
    (form,) = filled_by(program, empty, [values_of(EQUALITY, answers)])
    assert read_filled(form, file="form.pdf").answers == answers


def test_what_cannot_be_taken_is_told_and_the_rest_is_taken(empty):
    values = {
        "q41_unclear/1/by": "när vi vet",
        "q05_target_group/answer": "Ring 19811218-9876.",
        "q01_subject/answer": "Betyg",
    }
    back = read_filled(filled_by_pypdf(empty, values), file="form.pdf")
    assert {(each.question, each.part, each.key) for each in back.faults} == {
        ("q41_unclear", "by", "no_date"),
        ("q05_target_group", "answer", "names_somebody"),
    }
    assert list(back.answers) == ["q01_subject"]


def changed(form: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(form))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def refused(form: bytes) -> str:
    with pytest.raises(JamlikError) as caught:
        read_filled(form, file="form.pdf")
    assert caught.value.where.file == "form.pdf"
    assert caught.value.do
    return caught.value.key


def test_harmful_and_unusable_files_are_refused_with_a_reason(small):
    def flattened(writer: PdfWriter) -> None:
        del writer.root_object["/AcroForm"]
        for page in writer.pages:
            page.pop("/Annots", None)

    def renamed(writer: PdfWriter) -> None:
        for page in writer.pages:
            for each in page["/Annots"]:
                if each.get_object().get("/T") == FORM_FIELD:
                    each.get_object()[NameObject("/T")] = TextStringObject("other")

    def unknown_tick(writer: PdfWriter) -> None:
        widgets = [each.get_object() for page in writer.pages for each in page["/Annots"]]
        next(each for each in widgets if each.get("/FT") == "/Btn")[NameObject("/V")] = NameObject("/Offf")

    def unknown_kind(writer: PdfWriter) -> None:
        widgets = [each.get_object() for page in writer.pages for each in page["/Annots"]]
        next(each for each in widgets if each.get("/FT") == "/Btn")[NameObject("/FT")] = NameObject("/Bxn")

    def cut_field(writer: PdfWriter) -> None:
        widgets = [each.get_object() for page in writer.pages for each in page["/Annots"]]
        text = next(each for each in widgets if each.get("/T") == "c01_event/on")
        del text["/V"], text["/MaxLen"]

    def emptied_field(writer: PdfWriter) -> None:
        widgets = [each.get_object() for page in writer.pages for each in page["/Annots"]]
        del next(each for each in widgets if each.get("/T") == "c01_event/on")["/V"]

    def own_parent(writer: PdfWriter) -> None:
        fields = writer.root_object["/AcroForm"]["/Fields"]
        loop = DictionaryObject({NameObject("/T"): TextStringObject("loop")})
        reference = writer._add_object(loop)
        loop[NameObject("/Kids")] = ArrayObject([reference])
        fields.append(reference)

    def acting(writer: PdfWriter) -> None:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)

    assert refused(changed(small, acting)) == "pdf_active"
    assert refused(changed(small, lambda writer: writer.add_attachment("a.exe", b"MZ"))) == "pdf_attached"
    assert refused(changed(small, lambda writer: writer.encrypt("secret"))) == "pdf_locked"
    assert refused(changed(small, flattened)) == "pdf_no_fields"
    assert refused(changed(small, renamed)) == "pdf_not_ours"
    assert refused(changed(small, unknown_tick)) == "pdf_damaged"
    assert refused(changed(small, cut_field)) == "pdf_damaged"
    assert refused(changed(small, unknown_kind)) == "pdf_damaged"
    assert read_filled(changed(small, emptied_field), file="form.pdf").answers == {}
    assert read_filled(changed(small, own_parent), file="form.pdf").answers == {}
    assert refused(b"%PDF-1.7\nnothing") == "pdf_unreadable"
    assert refused(b"\x00" * 2000) == "pdf_unreadable"
    assert refused(b"%PDF-" + b"\x00" * (20 * 2**20)) == "pdf_too_large"


def test_huge_stream_is_stopped(small):
    def bomb(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(b"\x00" * (300 * 2**20))
        packed = stream.flate_encode()
        field = writer.root_object["/AcroForm"]["/Fields"][1].get_object()
        field[NameObject("/V")] = writer._add_object(packed)

    assert refused(changed(small, bomb)) in ("pdf_too_much", "pdf_unreadable")


def mutated(form: bytes, seed: int) -> bytes:
    """The form with some bytes changed, a piece cut out, or a piece said twice."""
    random = Random(seed)
    data = bytearray(form)
    for _ in range(random.randint(1, 30)):
        place = random.randrange(len(data))
        match random.randrange(4):
            case 0:
                data[place] = random.randrange(256)
            case 1:
                del data[place : place + random.randrange(1, 400)]
            case 2:
                data[place:place] = data[place : place + random.randrange(1, 400)]
            case _:
                data[place:place] = random.choice([b"<<", b">>", b"[", b"endobj", b"stream", b"(", b"9" * 30, b"/Kids"])
    return bytes(data)


def came_back(form: bytes) -> Answers | None:
    """What is read; none where the file is refused, which must be with a reason."""
    try:
        return read_filled(form, file="form.pdf").answers
    except JamlikError as error:
        known = error.key.startswith("pdf_") or error.key == "no_such_handbook"
    assert known
    return None


def work_done() -> float:
    """Seconds of work by processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.prove)])
def test_changed_files_are_read_or_refused_and_no_answer_is_lost(small, count):
    answers, _ = cleaned(CRISIS, {"c01_event": [{"what": "Strömavbrott", "on": "2027-01-05"}]})
    form = filled_by_pypdf(small, values_of(CRISIS, answers))
    back, seconds = [], []
    for seed in range(count):
        before = work_done()
        back.append(came_back(mutated(form, seed)))
        seconds.append(work_done() - before)
    assert max(seconds) < 5, "stopped at its limit, whatever else the machine does"
    read = [each for each in back if each is not None]
    assert len(read) >= count / 20, "some are still whole enough to read"
    assert {tuple(each) for each in read} == {("c01_event",)}, "nothing is lost, and nothing comes that nobody wrote"
    assert {part for each in read for part in ("what", "on") if part not in each["c01_event"][0].values} == set()


def require_accessible(data: bytes, *, lang: str, title: str) -> PdfReader:
    """The structural check of docs/how-to/handbook-form.md: all of it that can be seen in the file."""
    reader = PdfReader(io.BytesIO(data))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == lang
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert "pdfuaid" in reader.xmp_metadata.stream.get_data().decode()
    assert "/NeedAppearances" not in root.get("/AcroForm", {})
    tagged = set()
    for each in elements(root["/StructTreeRoot"]):
        if each.get("/S") in {"/Form", "/Link"}:
            kids = each["/K"] if isinstance(each["/K"], ArrayObject) else [each["/K"]]
            found = [kid.get_object() for kid in kids if not isinstance(kid, int)]
            tagged |= {kid.raw_get("/Obj").idnum for kid in found if "/Obj" in kid}
    for page in reader.pages:
        assert page["/Tabs"] == "/S"
        assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]
        for each in page.get("/Annots", []):
            note = each.get_object()
            assert each.idnum in tagged, note.get("/T")
            assert note["/TU" if note["/Subtype"] == "/Widget" else "/Contents"]
    for number in range(1, len(reader.xref[0]) if 0 in reader.xref else 1):
        font = reader.get_object(number)
        if isinstance(font, DictionaryObject) and font.get("/Type") == "/FontDescriptor":
            assert "/FontFile2" in font or "/FontFile3" in font
    levels = [int(str(each["/S"])[2]) for each in in_order(root["/StructTreeRoot"]) if str(each.get("/S")) in HEADINGS]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert len(data) < 400_000
    return reader


def test_forms_are_accessible_and_the_crisis_form_is_one_page(empty, small):
    require_accessible(empty, lang="sv", title="Jämlikhetsanalys")
    assert len(require_accessible(small, lang="fi", title="Yhdenvertaisuus kriisissä").pages) == 1


EVERY_FORM = [
    (made, depth.id, lang)
    for made in map(newest, ("equality", "team", "crisis"))
    for depth in made.depths
    for lang in LANGUAGES
]


@pytest.mark.prove
@pytest.mark.parametrize(
    ("made", "depth", "lang"), EVERY_FORM, ids=[f"{made.id}-{depth}-{lang}" for made, depth, lang in EVERY_FORM]
)
def test_every_form_and_handbook_is_accessible_in_every_language(made, depth, lang):
    title = made.title[lang]
    for fillable in (True, False):
        reader = require_accessible(form_pdf(form_of(made, depth, lang, fillable=fillable)), lang=lang, title=title)
        assert made is not CRISIS or len(reader.pages) == 1
    name = phrase(lang, "handbook.book.handbook")
    require_accessible(book_pdf(book_of(made, depth, lang)), lang=lang, title=f"{title}: {name}")


def elements(node):
    waiting = [node]
    while waiting:
        each = waiting.pop().get_object()
        if isinstance(each, ArrayObject):
            waiting += list(each)
        elif isinstance(each, DictionaryObject):
            if "/S" in each:
                yield each
            if "/K" in each and not isinstance(each.raw_get("/K"), int):
                waiting.append(each.raw_get("/K"))


def in_order(node):
    each = node.get_object()
    if isinstance(each, ArrayObject):
        for kid in each:
            yield from in_order(kid)
    elif isinstance(each, DictionaryObject):
        yield each
        if "/K" in each and not isinstance(each.raw_get("/K"), int):
            yield from in_order(each.raw_get("/K"))


def test_same_form_gives_the_same_bytes(small):
    assert form_pdf(form_of(CRISIS, "quick", "fi")) == small


def test_form_for_a_pen_has_no_fields():
    form = form_pdf(form_of(newest("team"), "quick", "sv", fillable=False))
    reader = PdfReader(io.BytesIO(form))
    assert reader.get_fields() in (None, {})
    assert len(reader.pages) <= 3
