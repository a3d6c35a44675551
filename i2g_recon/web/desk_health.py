"""How the books are doing: what agrees, how that moved, and how long exceptions have been open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from i2g_recon.core.cases import OPEN, Case
from i2g_recon.jobs.cases import cases_of
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.report.charts import course_chart
from i2g_recon.web.desk_items import NEEDS_YOU
from i2g_recon.web.desk_tables import link
from i2g_recon.web.desk_words import count

AGES = (("up to a week", 0), ("8 to 30 days", 8), ("31 to 90 days", 31), ("over 90 days", 91))  # days at least
MOST_RUNS = 20


@dataclass(frozen=True, slots=True)
class Point:
    """One comparison of the past: invoices of Invoice2go that agree, all of them, and invoices that need a person."""

    agree: int
    of_all: int
    needing: int

    @property
    def share(self) -> float:
        """Percentage that agrees; 100 when there is none."""
        return 100 * self.agree / self.of_all if self.of_all else 100.0


def history(ws: Workspace, connection: Connection) -> list[Point]:
    """The latest comparisons, oldest first, as the log tells them."""
    lines = [line.detail for line in ws.store.activity(connection.tenant_id, 400) if line.what == "reconciled"]
    points = [
        Point(int(one["agrees"]), int(one["source"]), sum(int(one[bucket]) for bucket in NEEDS_YOU))
        for one in lines[:MOST_RUNS]
        if {"agrees", "source", *NEEDS_YOU} <= one.keys()
    ]
    return points[::-1]


def ageing(cases: Iterable[Case], now: dt.datetime) -> list[tuple[str, int]]:
    """How many open cases have been open for how long."""
    days = [(now - case.first_seen).days for case in cases if case.state in OPEN]
    limits = [least for _, least in AGES] + [10**6]
    return [
        (words, sum(limits[place] <= one < limits[place + 1] for one in days)) for place, (words, _) in enumerate(AGES)
    ]


def show_health(ws: Workspace, connection: Connection, run: RunView) -> None:
    """Two figures with their course, and the ages."""
    points = history(ws, connection)
    open_cases = ageing(cases_of(ws, connection.tenant_id).values(), run.created_at)
    with st.container(horizontal=True, key="health"):
        if points:
            show_course(points)
        for words, number in open_cases:
            st.metric(f"Open {words}", f"{number:,}", border=True, width=150)
    if len(points) > 1:
        st.altair_chart(course_chart([point.needing for point in points]), key="course", alt=course_words(points))
    if old := sum(number for _, number in open_cases[2:]):
        said = f"{count(old, 'exception is', 'exceptions are')} open for more than 30 days"
        link("reconcile", said, age="30 days and more")


def course_words(points: Sequence[Point]) -> str:
    """The chart as a sentence."""
    return f"Invoices that needed a person, from comparison to comparison: {', '.join(str(p.needing) for p in points)}."


def show_course(points: Sequence[Point]) -> None:
    """What agrees of all, and what needs a person, each with how it moved since the comparison before."""
    now, before = points[-1], points[-2] if len(points) > 1 else None
    st.metric(
        f"Agree, of {now.of_all:,}",
        f"{now.share:.1f} %",
        None if before is None else f"{now.share - before.share:+.1f}",
        border=True,
        width=190,
        help=f"The share of Invoice2go invoices that agree, over {count(len(points), 'comparison', 'comparisons')}.",
    )
    st.metric(
        "Need you",
        f"{now.needing:,}",
        None if before is None else f"{now.needing - before.needing:+,}",
        delta_color="inverse",
        border=True,
        width=190,
        help="Invoices of both sides that need a person, and how that moved since the comparison before.",
    )
