"""The sheet of charts: each beside the small table that it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailproc.datasets.output import page, sizes
from mailproc.datasets.output.charts import Chart
from mailproc.datasets.output.looks import FONT, Looks
from mailproc.datasets.output.page import merge, write_text

# Neighbours differ in lightness, so that they are told apart in a grey print, and not by red and
# green alone; lines have their own marks and dashes besides.
COLOURS = ("#1F4E79", "#F4B183", "#2E75B6", "#FFD966", "#843C0C", "#BFBFBF")
LINES = ("#1F4E79", "#C55A11", "#2E75B6", "#7F6000", "#7030A0", "#262626")
MARKS = ("circle", "square", "triangle", "diamond", "x", "circle")
DASHES = ("solid", "dash", "square_dot", "long_dash", "dash_dot", "solid")
_WIDTH, _LEAST_HEIGHT, _BAR = 860, 400, 36
_GAP = 2  # rows between one chart and the next
_MOST_LABEL, _FIGURE, _BETWEEN = 310, 84, 24  # pixels
_LYING = ("bar", "stacked_bar")
_FEW = 12  # so few points have their figures written on them


def write(
    book: Any, sheet: Any, looks: Looks, charts: Sequence[Chart], first: int
) -> tuple[int, int]:
    """All charts from row `first` on, one under the other; gives the pixels that the sheet fills,
    across and down."""
    most = max(len(chart.series) for chart in charts)
    widths = [_label(charts), *[_figure(charts)] * most]
    page.set_widths(sheet, widths)
    last = row = first
    for chart in charts:
        _table(sheet, looks, chart, row, widths)
        height = _height(chart)
        sheet.insert_chart(
            row,
            most + 1,
            _drawn(book, sheet.get_name(), chart, row, height),
            {"description": chart.title, "object_position": 3, "x_offset": _BETWEEN},
        )
        last = row + max(len(chart.points) + 2, -(-height // sizes.ROW))
        row = last + _GAP
    page.codes_are_texts(sheet, last, most)
    wide, high = sum(widths) + _BETWEEN + _WIDTH, last * sizes.ROW
    return wide, high


def _label(charts: Sequence[Chart]) -> int:
    words = (w for chart in charts for w in (chart.category, *(name for name, _ in chart.points)))
    return max(90, min(_MOST_LABEL, max(map(sizes.pixels, words))))


def _figure(charts: Sequence[Chart]) -> int:
    names = (name for chart in charts for name in chart.series)
    return max(_FIGURE, min(150, max(map(sizes.pixels, names))))


def _height(chart: Chart) -> int:
    lying = chart.kind in _LYING
    return max(_LEAST_HEIGHT, len(chart.points) * _BAR + 120) if lying else _LEAST_HEIGHT


def _table(sheet: Any, looks: Looks, chart: Chart, row: int, widths: Sequence[int]) -> None:
    merge(sheet, (row, 0, row, len(chart.series)), chart.title, looks.head())
    page.set_height(sheet, row, sizes.height(chart.title, sum(widths[: len(chart.series) + 1])))
    for at, words in enumerate((chart.category, *chart.series)):
        write_text(sheet, row + 1, at, words, looks.head())
    heads = (chart.category, *chart.series)
    page.set_height(sheet, row + 1, max(map(sizes.height, heads, widths)) + 4)
    for number, (name, values) in enumerate(chart.points, row + 2):
        write_text(sheet, number, 0, name, looks.value())
        for at, value in enumerate(values, 1):
            page.write_figure(sheet, number, at, value, looks.figure(chart.decimals))
        page.set_height(sheet, number, sizes.height(name, widths[0]))


def _drawn(book: Any, sheet: str, chart: Chart, row: int, height: int) -> Any:
    """Reads its figures from the cells of its own sheet, and from nowhere else."""
    kinds = {"stacked": ("column", "stacked"), "stacked_bar": ("bar", "stacked")}
    type_, subtype = kinds.get(chart.kind, (chart.kind, ""))
    drawn = book.add_chart({"type": type_} | ({"subtype": subtype} if subtype else {}))
    first, last = row + 2, row + 1 + len(chart.points)
    for at, _ in enumerate(chart.series, 1):
        drawn.add_series(
            {
                "name": [sheet, row + 1, at],
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, at, last, at],
                **_look(chart, at - 1),
            }
        )
    drawn.set_title({"name": chart.title, "name_font": _font(16, bold=True), "overlay": False})
    _axes(drawn, chart)
    if len(chart.series) > 1:
        drawn.set_legend({"position": "bottom", "font": _font(14)})
    else:
        drawn.set_legend({"none": True})
    drawn.set_size({"width": _WIDTH, "height": height})
    drawn.set_chartarea({"border": {"color": "#BFBFBF"}})
    drawn.show_blanks_as("gap")
    return drawn


def _look(chart: Chart, number: int) -> dict[str, Any]:
    colour = COLOURS[number % len(COLOURS)]
    edge = {"color": "#FFFFFF" if len(chart.series) > 1 else colour, "width": 0.75}
    look: dict[str, Any] = {"fill": {"color": colour}, "border": edge, "gap": 55}
    if chart.kind == "line":
        look = _line(number)
    if (len(chart.series) == 1 and len(chart.points) <= _FEW) or chart.kind == "bar":
        form = "#,##0" + ("." + "0" * chart.decimals if chart.decimals else "")
        look["data_labels"] = {"value": True, "font": _font(12), "num_format": form}
        if chart.kind == "line":
            look["data_labels"]["position"] = "above"
    return look


def _line(number: int) -> dict[str, Any]:
    colour = {"color": LINES[number % len(LINES)]}
    mark = {"type": MARKS[number % len(MARKS)], "size": 7, "fill": colour, "border": colour}
    dash = DASHES[number % len(DASHES)]
    return {"line": colour | {"width": 2.25, "dash_type": dash}, "marker": mark}


def _axes(drawn: Any, chart: Chart) -> None:
    names: dict[str, Any] = {"name": chart.category, "name_font": _font(14), "num_font": _font(14)}
    names["interval_unit"] = 1  # every name is shown
    figures: dict[str, Any] = {
        "name": chart.unit,
        "name_font": _font(14),
        "num_font": _font(12),
        "num_format": "#,##0",
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9", "width": 0.75}},
        "line": {"none": True},
    }
    if chart.kind != "line":
        figures["min"] = 0
    if chart.kind in _LYING:  # the categories are its y axis, read from the top
        # Read from the top: crossed at its end the figures stand below.
        lying = {"reverse": True, "crossing": "max", "num_font": _font(12), "interval_unit": 1}
        drawn.set_y_axis(lying)
        plain = {"visible": False, "min": 0, "major_gridlines": {"visible": False}}
        drawn.set_x_axis(plain if chart.kind == "bar" else figures)
        return
    drawn.set_x_axis(names)
    drawn.set_y_axis(figures)


def _font(size: int, *, bold: bool = False) -> dict[str, Any]:
    return {"name": FONT, "size": size, "bold": bold, "color": "#262626"}
