"""Charts: what they keep of the figures must stand on a visible sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailproc.datasets.gate.finding import Finding
from mailproc.datasets.gate.package import Package
from mailproc.datasets.gate.places import Area, reference
from mailproc.parsers.attachments.markup import Element

_OUTSIDE = {"externalData", "userShapes", "blip", "hlinkClick", "hlinkHover", "hlinkMouseOver"}
_KEPT = ("numRef", "strRef", "multiLvlStrRef")
_LITERAL = ("numLit", "strLit")
_MOST_CELLS = 100_000


@dataclass(frozen=True, slots=True)
class Series:
    """What one series keeps: where it is from, and the values by their number from 0."""

    part: str
    formula: str
    sheet: str = ""
    area: Area | None = None
    points: tuple[tuple[int, str], ...] = ()


def is_chart(name: str) -> bool:
    return name.startswith("xl/charts/chart") and name.endswith(".xml")


def series(package: Package) -> list[Series]:
    """Every reference of every chart with what was kept of it."""
    return [one for name in package.names if is_chart(name) for one in _of(name, package)]


def _of(name: str, package: Package) -> Iterator[Series]:
    for node in package.tree(name).iter():
        if node.tag in _LITERAL:
            yield Series(name, "", points=_points(node))
        elif node.tag in _KEPT:
            formula = (node.findtext("f") or "").strip()
            place = reference(formula)
            sheet, area = place if place else ("", None)
            yield Series(name, formula, sheet, area, _points(node))


def _points(node: Element) -> tuple[tuple[int, str], ...]:
    found = []
    for point in node.iter("pt"):
        number = point.get("idx", "")
        if number.isdecimal() and len(number) < 8:
            found.append((int(number), point.findtext("v") or ""))
    return tuple(found)


def wanted(of: list[Series]) -> dict[str, frozenset[tuple[int, int]]]:
    """The cells of each sheet that charts show."""
    found: dict[str, set[tuple[int, int]]] = {}
    for one in of:
        if one.area and one.area.size <= _MOST_CELLS:
            found.setdefault(one.sheet, set()).update(one.area.cells())
    return {sheet: frozenset(cells) for sheet, cells in found.items()}


def findings(
    package: Package, of: list[Series], sheets: Mapping[str, Mapping[tuple[int, int], str]]
) -> Iterator[Finding]:
    """`sheets` are the visible ones with the cells that were wanted."""
    for one in of:
        if one.area is None:
            if one.points or one.formula:
                yield Finding("chart", one.part, what=one.formula[:40])
        elif (
            one.sheet not in sheets
            or one.area.size > _MOST_CELLS
            or not _agree(one, sheets[one.sheet])
        ):
            yield Finding("chart", one.part, what=one.formula[:40])
    for name in package.names:
        if is_chart(name):
            for node in package.tree(name).iter():
                if node.tag in _OUTSIDE:
                    yield Finding("external", name, what=node.tag)


def _agree(one: Series, cells: Mapping[tuple[int, int], str]) -> bool:
    """Every kept value is that of its cell; several levels of names are compared as a set."""
    assert one.area is not None
    order = list(one.area.cells())
    if one.area.first_row != one.area.last_row and one.area.first != one.area.last:
        told = set(cells.values())
        return all(value in told or not value for _, value in one.points)
    return all(
        number < len(order) and _equal(value, cells.get(order[number], ""))
        for number, value in one.points
    )


def _equal(kept: str, cell: str) -> bool:
    if kept == cell or not kept:
        return True
    try:
        a, b = float(kept), float(cell or "0")
    except ValueError:
        return kept == "0"  # a text counts as nothing in a chart
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1.0)
