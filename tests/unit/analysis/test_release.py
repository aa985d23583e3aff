"""Letting results out and taking them back; a study in all languages; a frozen result drawn again."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from jamlik.analysis.intake import opened
from jamlik.analysis.release import Released, preview, publish, withdraw
from jamlik.analysis.study import study_of_file
from jamlik.charts import charts_for
from jamlik.model.errors import JamlikError
from jamlik.model.findings import Certainty
from jamlik.model.frozen import frozen_levels, thawed
from jamlik.model.tables import Audience, Status
from jamlik.reports import content_fingerprint, published_result
from jamlik.reports.context import context_of


def silent(step, share):
    """Tell nobody."""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    rng = np.random.default_rng(5)
    lines = ["År;Kön;Ålder;Godkänd"]
    for year in (2022, 2023, 2024, 2025):
        for sex, share in (("Flicka", 0.8), ("Pojke", 0.6)):
            for age in (9, 10, 15):
                lines += [f"{year};{sex};{age};{'Ja' if x else 'Nej'}" for x in rng.random(90) < share]
    path = tmp_path_factory.mktemp("study") / "betyg.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return study_of_file(opened(path), progress=silent)


def test_study_tells_the_same_numbers_in_every_language(study):
    numbers = {
        lang: [(f.finding_id, f.gap, f.rank, f.certainty) for f in result.findings]
        for lang, result in study.results.items()
    }
    assert numbers["sv"] == numbers["en"] == numbers["fi"]
    sentences = [study.results[lang].findings[0].sentence for lang in ("sv", "en", "fi")]
    assert len(set(sentences)) == 3
    assert "flickor" in sentences[0]
    assert "girls" in sentences[1]
    assert "tytöt" in sentences[2]


def test_study_asks_the_same_questions_of_the_period_before(study):
    now = {f.question_key: f for f in study.results["sv"].findings}
    earlier = study.earlier["sv"]
    assert earlier
    assert {f.period for f in earlier} == {"2024"}
    assert {f.question_key for f in earlier} <= set(now)
    sex = next(f for f in earlier if f.dimension == "sex")
    levels = {x.group: x for x in study.results["sv"].levels if x.period == "2024"}
    assert sex.level == pytest.approx(levels[sex.group].value)
    assert sex.gap == pytest.approx(levels[sex.group].value - levels[sex.reference].value)
    assert all(f.rank is None for f in earlier)


def test_thawed_result_is_the_rounded_result_and_draws_the_same_charts(study):
    own = study.results["sv"]
    context = context_of(own)
    levels = frozen_levels(context.result.levels)
    order = {name: list(d.codes) for name, d in own.table.dimensions.items()}
    again = thawed(context.content, levels.values(), names=own.names, order=order)
    rounded = published_result(own)
    assert again.levels == rounded.levels
    assert again.findings == rounded.findings
    assert hashlib.sha256(context.content.encode()).hexdigest() == content_fingerprint(own)
    for name in own.table.indicators:
        assert [c.svg() for c in charts_for(again, name)] == [c.svg() for c in charts_for(own, name)]


def test_frozen_levels_together_are_what_the_content_vouches_for(study):
    context = context_of(study.results["sv"])
    joined = ",".join(text[1:-1] for text in frozen_levels(context.result.levels).values())
    says = json.loads(context.content)["levels_fingerprint"]
    assert hashlib.sha256(f"[{joined}]".encode()).hexdigest() == says


def test_preview_counts_what_is_new_gone_and_changed(study):
    now = study.results["sv"]
    first, *rest = now.findings
    before = replace(now, findings=(replace(first, gap=(first.gap or 0) + 1), *rest[1:]))
    told = preview(now, before=before)
    assert (told.new_n, told.gone_n, told.differing_n) == (1, 0, 1)
    assert told.findings_n == len(now.findings)
    assert told.clear_n == sum(f.certainty is Certainty.CLEAR for f in now.findings)
    assert preview(now).new_n == 0


def test_publish_refuses_what_is_for_the_owner_only(study):
    own = study.results["sv"]
    table = replace(own.table, audience=Audience.OWNER)
    with pytest.raises(JamlikError, match="får inte publiceras"):
        publish(replace(own, table=table), fingerprint="x", on="2026-01-01")
    with pytest.raises(JamlikError, match="får inte publiceras"):
        preview(replace(own, table=table))


def test_publish_refuses_what_shows_nothing(study):
    own = study.results["sv"]
    hidden = tuple(replace(level, status=Status.SUPPRESSED) for level in own.levels)
    with pytest.raises(JamlikError, match="inget att publicera"):
        publish(replace(own, levels=hidden), fingerprint="x", on="2026-01-01")


def test_withdraw_needs_a_reason_and_happens_once():
    out = Released("abc", "2026-01-01")
    with pytest.raises(JamlikError):
        withdraw(out, reason=" ")
    back = withdraw(out, reason="Fel fil")
    assert back == Released("abc", "2026-01-01", "Fel fil")
    with pytest.raises(JamlikError):
        withdraw(back, reason="Igen")


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Schools with a handful of girls or boys, all alike, and one with a handful of pupils."""
    rng = np.random.default_rng(6)
    lines = ["År;Kön;Skola;Godkänd"]
    sizes = {"Norr": (200, 200), "Söder": (200, 200), "Öster": (7, 150), "Väster": (150, 8), "Holmen": (4, 4)}
    for year in (2024, 2025):
        for school, (girls, boys) in sizes.items():
            for sex, n, share in (("Flicka", girls, 0.8), ("Pojke", boys, 0.6)):
                share = {"Öster": 1.0, "Väster": 0.0}.get(school, share) if n < 10 else share
                lines += [f"{year};{sex};{school};{'Ja' if x else 'Nej'}" for x in rng.random(n) < share]
    path = tmp_path_factory.mktemp("few") / "betyg.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return opened(path)


def test_study_tells_the_owner_what_the_public_result_withholds_and_nothing_else(few):
    study = study_of_file(few, progress=silent, owner_rules="inside")
    public, inside = study.results["sv"], study.inside
    assert public.table.audience is Audience.PUBLIC
    assert inside.results["sv"].table.audience is Audience.OWNER
    hidden = {f.finding_id for f in public.findings if f.status is Status.SUPPRESSED}
    told = {f.finding_id: f for f in inside.results["sv"].findings}
    assert told
    assert set(told) <= hidden
    assert all(f.gap is not None and f.certainty is not None for f in told.values())
    assert {f.period for f in inside.earlier["sv"]} == {"2024"}
    assert any(f.certainty is Certainty.CLEAR for f in told.values())
    same = {name: i.threshold for name, i in public.table.indicators.items()}
    assert {name: i.threshold for name, i in inside.results["sv"].table.indicators.items()} == same
    assert len({inside.results[lang].findings[0].sentence for lang in ("sv", "en", "fi")}) == 3
    with pytest.raises(JamlikError, match="får inte publiceras"):
        publish(inside.results["sv"], fingerprint="x", on="2026-01-01")


def test_study_without_a_rule_for_the_owner_or_with_nothing_withheld_has_no_inside(few, study):
    assert study_of_file(few, progress=silent).inside is None
    assert study.inside is None
