"""How the cells of a workbook look: one font, thin grey lines, blue heads, bold totals."""

from __future__ import annotations

from typing import Any

from mailproc.datasets.output.frame import is_total
from mailproc.datasets.output.sizes import POINTS
from mailproc.datasets.table import Column

FONT = "TH SarabunPSK"
HEAD, TOTAL, LINE = "#DDEBF7", "#F2F6FA", "#A6A6A6"
WARNING = "#C00000"
# The calendar of the Buddhist Era with Thai names of months (calendar 07, language 041E).
THAI_DATE = "[$-107041E]d mmm yyyy"
_BASE = {"font_name": FONT, "font_size": POINTS, "valign": "vcenter"}
_BOXED = _BASE | {"border": 1, "border_color": LINE}
_STRONG = {"bold": True, "bg_color": HEAD}


class Looks:
    """The formats of one book, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def _make(self, *parts: dict[str, Any]) -> Any:
        merged: dict[str, Any] = {}
        for part in parts:
            merged |= part
        key = tuple(sorted(merged.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(merged)
        return self._made[key]

    def title(self, *, wrap: bool = False) -> Any:
        return self._make(_BASE, {"bold": True, "font_size": POINTS + 2, "text_wrap": wrap})

    def about(self, *, wrap: bool = False) -> Any:
        return self._make(_BASE, {"text_wrap": wrap})

    def warning(self) -> Any:
        """The line over everything that is an example."""
        return self._make(_BASE, {"bold": True, "font_size": POINTS + 2, "font_color": WARNING})

    def head(self, *, lower: bool = False) -> Any:
        """`lower` leaves room for the buttons of the filter under the words."""
        under = {"valign": "top"} if lower else {}
        return self._make(_BOXED, _STRONG, {"text_wrap": True, "align": "center"}, under)

    def note(self, *, wrap: bool = False) -> Any:
        return self._make(_BASE, {"font_color": "#595959", "text_wrap": wrap})

    def label(self) -> Any:
        return self._make(_BOXED, _STRONG, {"valign": "top", "indent": 1, "align": "left"})

    def value(self) -> Any:
        return self._make(
            _BOXED,
            {"text_wrap": True, "valign": "top", "num_format": "@", "indent": 1, "align": "left"},
        )

    def count(self) -> Any:
        return self._make(
            _BOXED, {"valign": "top", "num_format": "#,##0", "align": "left", "indent": 1}
        )

    def of(self, column: Column, *, in_total: bool) -> Any:
        """A cell of the table."""
        look = _kind(column)
        if in_total:
            look = look | _STRONG
        elif column.is_number and is_total(column):
            look = look | {"bold": True, "bg_color": TOTAL}
        return self._make(_BOXED, look)

    def figure(self, decimals: int) -> Any:
        """A number beside a chart."""
        return self._make(_BOXED, _number(decimals))


def _kind(column: Column) -> dict[str, Any]:
    if column.kind == "percent":
        places = "." + "0" * column.decimals if column.decimals else ""
        return {"num_format": f"0{places}%", "align": "right"}
    if column.is_number:
        return _number(column.decimals)
    if column.kind == "date":
        return {"num_format": THAI_DATE, "align": "center"}
    return {"num_format": "@", "text_wrap": True, "indent": 1, "align": "left"}


def _number(decimals: int) -> dict[str, Any]:
    places = "." + "0" * decimals if decimals else ""
    return {"num_format": f"#,##0{places}", "align": "right"}
