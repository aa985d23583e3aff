"""The invented result every chart test draws, and all its charts."""

from __future__ import annotations

import pytest

from jamlik.charts import charts_for, overview_chart
from tests.support.results import made_result


def all_charts(result):
    return [chart for name in result.table.indicators for chart in charts_for(result, name)] + [overview_chart(result)]


@pytest.fixture(scope="session")
def result():
    return made_result()


@pytest.fixture(scope="session")
def charts(result):
    return all_charts(result)
