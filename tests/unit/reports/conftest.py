"""A report on the invented result, made once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest

from jamlik.model.results import AnalysisResult
from jamlik.reports import Document, equality_report, write_all
from tests.support.results import made_result


@pytest.fixture(scope="session")
def result() -> AnalysisResult:
    return made_result()


@pytest.fixture(scope="session")
def document(result: AnalysisResult) -> Document:
    return equality_report(result)


@pytest.fixture(scope="session")
def folder(result: AnalysisResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of the report."""
    made = tmp_path_factory.mktemp("report")
    write_all(result, made)
    return made
