from __future__ import annotations

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from jamlik.reports import equality_report, write_html
from jamlik.reports.html import html_text
from tests.support.results import made_result


class Page(HTMLParser):
    """Collects what the tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        self.text.append(data)

    def named(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in tags]


@pytest.fixture(scope="module")
def text(document):
    return html_text(document)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_language_and_one_main_heading(page):
    assert page.named("html") == [{"lang": "sv"}]
    assert len(page.named("h1")) == 1
    assert len(page.named("main")) == len(page.named("nav")) == 1


def test_headings_skip_no_level(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_ids_are_unique_and_links_lead_somewhere(page):
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [attributes["href"] for attributes in page.named("a")]
    assert all(target.startswith("#") and target[1:] in ids for target in targets)
    labelled = [
        name
        for _, attributes in page.tags
        for key in ("aria-labelledby", "aria-describedby")
        for name in attributes.get(key, "").split()
    ]
    assert set(labelled) <= set(ids)


def test_nothing_is_asked_of_anybody(text, page):
    assert not page.named("script", "link", "iframe", "object", "embed", "form", "audio", "video")
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    addresses = [value for _, a in page.tags for name, value in a.items() if name in ("src", "href", "xlink:href")]
    assert all(address.startswith(("#", "data:")) for address in addresses)
    assert not re.search(r"url\((?!['\"]?(#|data:))|@import", text)
    outside = set(re.findall(r"https?://[^\s\"'<>)]+", text)) - {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not outside


def test_policy_allows_nothing_but_what_is_in_the_file(page):
    policy = next(a["content"] for a in page.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_tables_have_captions_and_scopes(page, text):
    tables = page.named("table")
    assert len(tables) == len(page.named("caption")) > 5
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.named("th"))


def test_figures_have_text_table_and_source(text):
    figures = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    assert len(figures) >= 4
    for figure in figures:
        for part in ("<figcaption>", "figure-description", "<svg", "<details", "<table", 'class="source"'):
            assert part in figure


def test_text_from_the_file_is_escaped(result):
    loud = replace(result, title="<script>alert(1)</script> & co", source='"><img src=x>')
    text = html_text(equality_report(loud))
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text


def test_same_result_gives_the_same_bytes(text, tmp_path):
    write_html(equality_report(made_result()), tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == text.encode()


@pytest.mark.parametrize("lang", ["en", "fi"])
def test_other_languages_are_marked_as_such(lang):
    assert f'<html lang="{lang}">' in html_text(equality_report(made_result(lang=lang)))
