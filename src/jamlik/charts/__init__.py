"""Charts: picture, title, description, data table and source, all required, drawn from protected results only.

`charts_for` gives the charts that fit an indicator, `overview_chart` the findings that matter most; each chart knows
its SVG in three languages and two widths.
"""

from jamlik.charts.aims import AimedNumber, AimLine, AimPanel, Target, aims_drawing
from jamlik.charts.chart import Chart, ChartTable, TableCell
from jamlik.charts.dots import dots_chart
from jamlik.charts.lines import lines_chart
from jamlik.charts.maps import map_chart
from jamlik.charts.multiples import multiples_chart
from jamlik.charts.overview import overview_chart
from jamlik.charts.select import charts_for

__all__ = [
    "AimLine",
    "AimPanel",
    "AimedNumber",
    "Chart",
    "ChartTable",
    "TableCell",
    "Target",
    "aims_drawing",
    "charts_for",
    "dots_chart",
    "lines_chart",
    "map_chart",
    "multiples_chart",
    "overview_chart",
]
