"""A month's figures in words: the tables of the workbook and of the page, and the charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from mailproc import thai
from mailproc.datasets.output.charts import Chart
from mailproc.datasets.output.report import Block, Book, Sheet
from mailproc.datasets.table import Cell
from mailproc.model import Catalogue, Office
from mailproc.promise.month import Month
from mailproc.promise.monthly import BANDS, Flow, Line, Report, Span
from mailproc.promise.stages import Stage
from mailproc.promise.words import span as span_words
from mailproc.texts import Texts

_MOST_BARS = 15  # datasets in the chart; all stand in the table
_ENDS = ("delivered", "refused", "expired", "cancelled")
_FLOW = ("carried", "received", *_ENDS, "open")
_SECTIONS = {"sensitivity": "sensitivities", "channel": "channels"}
_SECTIONS |= {"requester_type": "requester_types"}


@dataclass(frozen=True, slots=True)
class Layout:
    """A report in words: the tables of the workbook and of the page."""

    report: Report
    texts: Texts
    office: Office
    catalogue: Catalogue

    def book(self, month: Month, now: datetime) -> Book:
        name = self.office.name_th if self.texts.language == "th" else self.office.name_en
        return Book(
            title=self.title(month),
            office=name,
            lines=(name, self.until(now)),
            made=now,
            sheets=(
                Sheet(self._t("sheet_summary"), self.summary()),
                Sheet(self._t("sheet_by"), self.by()),
                Sheet(self._t("sheet_decided"), self.decided()),
            ),
            charts=tuple(self._charts()),
            charts_name=self._t("sheet_charts"),
            foot=name,
        )

    def title(self, month: Month) -> str:
        long = thai.long_date(month.first, self.texts.language)
        return self._t("title").replace("{month}", long.partition(" ")[2])

    def until(self, now: datetime) -> str:
        """As of when the figures are; of a month that is over, its end."""
        moment = thai.date_time(now, self.office.timezone, self.texts.language)
        return self._t("as_of").replace("{when}", moment)

    # ------------------------------------------------------------ summary

    def summary(self) -> tuple[Block, ...]:
        return (self._came(), self._became(), self._within(), self._stages(), self._others())

    def _came(self) -> Block:
        flow = self.report.flow
        kept = [("carried", flow.carried), ("reopened", flow.reopened), ("received", flow.received)]
        return self._counts("came", kept, flow.came)

    def _became(self) -> Block:
        flow = self.report.flow
        kept = [(name, getattr(flow, name)) for name in (*_ENDS, "open")]
        return self._counts("became", kept, flow.came)

    def _counts(self, title: str, counts: Sequence[tuple[str, int]], total: int) -> Block:
        rows = tuple((self._t(name), count) for name, count in counts)
        return Block(
            self._t(title),
            (self._t("what"), self._t("requests")),
            ("text", "integer"),
            (*rows, (self._t("total"), total)),
            total=True,
        )

    def _within(self) -> Block:
        times = self.report.times
        rows = tuple(
            (self._limit(limit), *_shares((ours, counted, wall), times.count))
            for limit, ours, counted, wall in times.within
        )
        names = ("within_ours", "within_counted", "within_wall")
        heads = ("limit", *(head for name in names for head in (name, "percent")))
        kinds = ("text", *["integer", "percent"] * len(names))
        title = self._t("within").replace("{count}", f"{times.count:,}")
        return Block(title, tuple(map(self._t, heads)), kinds, rows, self._t("within_note"))

    def _limit(self, limit: timedelta) -> str:
        return self._t("at_most").replace("{span}", span_words(limit, self.texts))

    def _stages(self) -> Block:
        of = self.report.times.of
        names = [*(stage.value for stage in Stage), "ours", "counted"]
        rows = [(self._stage(name), *_minutes(of[name])) for name in names]
        rows.append((self._t("wall"), *_minutes(self.report.times.wall)))
        heads = ("stage", "median", "ninety")
        return Block(
            self._t("stages"),
            tuple(map(self._t, heads)),
            ("text", "decimal", "decimal"),
            tuple(rows),
            self._t("stages_note"),
        )

    def _stage(self, name: str) -> str:
        return self._t("ours") if name == "ours" else self.texts.get("stages", name)

    def _others(self) -> Block:
        requests, times = self.report.asked
        counts = [
            ("asked", requests),
            ("asks", times),
            ("undelivered", self.report.undelivered),
        ]
        rows = tuple((self._t(name), count) for name, count in counts)
        heads = (self._t("what"), self._t("count"))
        return Block(self._t("others"), heads, ("text", "integer"), rows)

    # ------------------------------------------------------------ by what

    def by(self) -> tuple[Block, ...]:
        return tuple(self._by(name) for name in self.report.by)

    def _by(self, name: str) -> Block:
        lines = self.report.by[name]
        last = self.report.limits[-1]
        times = self.report.times
        whole = Line("", self.report.flow, times.of["counted"], times.within[-1].counted)
        rows = [self._line(self.named(name, line.key), line) for line in lines]
        heads = (name, *_FLOW, "median", "ninety", "share")
        told = [self._t(head) for head in heads]
        told[-1] = told[-1].replace("{span}", span_words(last, self.texts))
        kinds = ("text", *["integer"] * len(_FLOW), "decimal", "decimal", "percent")
        title = self._t("by").replace("{what}", self._t(name))
        total = self._line(self._t("total"), whole)
        return Block(title, tuple(told), kinds, (*rows, total), total=True)

    def _line(self, name: str, line: Line) -> tuple[Cell, ...]:
        share = _percent(line.within, line.flow.delivered)
        return (name, *_figures(line.flow), *_minutes(line.counted), share)

    def named(self, of: str, key: str) -> str:
        """A channel, class, dataset or type of requester in words."""
        if not key:
            return self._t("not_stated")
        if of != "dataset":
            return self.texts.get(_SECTIONS[of], key)
        found = self.catalogue.get(key)
        return found.title(self.texts.language) if found else key

    # ------------------------------------------------------------ decisions

    def decided(self) -> tuple[Block, ...]:
        return (self._people(), self._ahead(), self._grounds())

    def _people(self) -> Block:
        verdicts = tuple(self.texts.sections.get("verdicts", {}))
        group = self.office.group_th if self.texts.language == "th" else self.office.group_en
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                self.texts.get("roles", role).replace("{group}", group) or self._t("not_stated"),
                self.texts.get("vias", via),
                *(counts.get(verdict, 0) for verdict in verdicts),
            )
            for role, via, counts in self.report.decided
        )
        heads = (
            self._t("who"),
            self._t("way"),
            *(self.texts.get("verdicts", one) for one in verdicts),
        )
        sums: tuple[Cell, ...] = tuple(
            sum(counts.get(verdict, 0) for _, _, counts in self.report.decided)
            for verdict in verdicts
        )
        total = (self._t("total"), "", *sums)
        kinds = ("text", "text", *["integer"] * len(verdicts))
        note = self._t("decided_note")
        return Block(self._t("decided"), heads, kinds, (*rows, total), note, total=True)

    def _ahead(self) -> Block:
        counts = [("ahead", self.report.ahead), ("unasked", self.report.unasked)]
        rows = tuple((self._t(name), count) for name, count in counts)
        heads = (self._t("what"), self._t("requests"))
        return Block(self._t("without"), heads, ("text", "integer"), rows)

    def _grounds(self) -> Block:
        rows = tuple(
            (self.texts.get("grounds", ground) if ground else self._t("no_ground"), count)
            for ground, count in self.report.grounds
        )
        heads = (self._t("ground"), self._t("requests"))
        total = (self._t("total"), self.report.flow.refused)
        return Block(self._t("grounds"), heads, ("text", "integer"), (*rows, total), total=True)

    # ------------------------------------------------------------ charts

    def _charts(self) -> Iterator[Chart]:
        if self.report.times.count:
            yield self._bands()
            yield self._medians()
        if self.report.flow.came:
            yield self._piled("dataset", "stacked_bar")
            yield self._piled("channel", "stacked")

    def _bands(self) -> Chart:
        spans = [span_words(band, self.texts) for band in BANDS]
        between = self._t("between")
        names = [self._limit(BANDS[0])]
        names += [
            between.replace("{first}", one).replace("{last}", other)
            for one, other in pairwise(spans)
        ]
        names.append(self._t("above").replace("{span}", spans[-1]))
        points = tuple(
            (name, (count,)) for name, count in zip(names, self.report.times.bands, strict=True)
        )
        unit = self._t("requests")
        return Chart("column", self._t("chart_bands"), self._t("took"), unit, (unit,), points)

    def _medians(self) -> Chart:
        names = [stage.value for stage in Stage if stage not in (Stage.REQUESTER, Stage.ROUND)]
        of = self.report.times.of
        points = tuple((self._stage(name), _minutes(of[name])[:1]) for name in [*names, "counted"])
        unit = self._t("minutes")
        return Chart("bar", self._t("chart_stages"), self._t("stage"), unit, (unit,), points, 1)

    def _piled(self, of: str, kind: str) -> Chart:
        shown = (*_ENDS, "open")
        points = tuple(
            (self.named(of, line.key), tuple(getattr(line.flow, name) for name in shown))
            for line in self.report.by[of][:_MOST_BARS]
        )
        title = self._t("chart_by").replace("{what}", self._t(of))
        series = tuple(map(self._t, shown))
        return Chart(kind, title, self._t(of), self._t("requests"), series, points)

    def _t(self, key: str) -> str:
        return self.texts.get("month", key)


def _figures(flow: Flow) -> tuple[int, ...]:
    """What was open before and what was taken up again stand in one column."""
    return (flow.carried + flow.reopened, *(getattr(flow, name) for name in _FLOW[1:]))


def _minutes(span: Span) -> tuple[Cell, ...]:
    spans = (span.median, span.ninety)
    return tuple("" if one is None else f"{one.total_seconds() / 60:.1f}" for one in spans)


def _shares(counts: Sequence[int], whole: int) -> tuple[Cell, ...]:
    return tuple(cell for count in counts for cell in (count, _percent(count, whole)))


def _percent(part: int, whole: int) -> Cell:
    return f"{100 * part / whole:.1f}" if whole else ""
