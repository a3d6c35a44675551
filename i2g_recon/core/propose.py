"""Near matches among the rows without a partner. They propose and never decide: no bucket changes.

    number           the invoice number of one side is the number of the other; the reference is blank or foreign
    loose_reference  the same once dashes, words in front and leading zeros are set aside
    similar          amount, date, client and a mistyped number together

Every pair needs one currency, amounts in the band and two kinds of evidence. Best first, and consumed once: a row that
is claimed clearly better elsewhere is not offered again, nor is a row whose reference already stands in a pair. What
fits about as well stays beside it, said so. auto marks what a person would accept unseen: high score, the amount exact,
and a clear margin to the second best of both rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.compared import Compared
from i2g_recon.core.likeness import LOOSE, NUMBER, Likeness, likeness, sentences
from i2g_recon.core.near_rows import Leftover, NearRows, loose_keys, near_rows
from i2g_recon.core.policy import Policy
from i2g_recon.core.tiers import SPELLING

PROPOSAL_COLUMNS = {
    "source_id": "str",
    "target_id": "str",
    "tier": "str",
    "score": "float64",
    "why": "str",
    "auto": "bool",
}
TIERS = ("number", "loose_reference", "similar")
KINDS_NEEDED = 2
FEWEST_POINTS, SURE_POINTS, MARGIN_POINTS = 5000, 9000, 1000  # out of 10,000
SCALE = 1 << 20  # above every score, to sort by row and score at once
MOST_PER_ROW = 3
MOST_LEFTOVERS = 20_000  # rows of a side that items look through; `propose` itself has no limit


def near_matches(compared: Compared, policy: Policy) -> pd.DataFrame:
    """One row per proposal, best tier and score first: PROPOSAL_COLUMNS, at most MOST_PER_ROW for a row of either side.

    score: 0 to 1, four decimals. The time grows with the rows without partner, not with their product.
    """
    source_at, target_at = candidates(compared)
    if not len(source_at) or not len(target_at):
        return frame_of({})
    source, target = Leftover(compared.source.iloc[source_at]), Leftover(compared.target.iloc[target_at])
    tolerance_minor = policy.tolerance_minor.get("total", 0)
    near = near_rows(source, target, tolerance_minor=tolerance_minor)
    s, t = near.source, near.target
    like = likeness(source, target, s, t, tolerance_minor=tolerance_minor)
    fits = np.flatnonzero((like.kinds >= KINDS_NEEDED) & (like.points >= FEWEST_POINTS))
    s, t = s[fits], t[fits]
    like = Likeness(**{name: values[fits] for name, values in vars(like).items()})
    tier = np.select([like.number == NUMBER, like.number == LOOSE], [0, 1], 2)
    sure = is_sure(like, s, t)
    sure[tier == TIERS.index("similar")] &= stands_apart(like, s, t, near)[tier == TIERS.index("similar")]
    rest = np.flatnonzero(sure & (tier == TIERS.index("loose_reference")))
    sure[rest] &= ~collides(compared, source_at[s[rest]], target_at[t[rest]])
    kept = consumed_once(s, t, tier, like.points)
    rivals = rivals_of(s[kept], like.points[kept]) + rivals_of(t[kept], like.points[kept])
    few = (nth_of_row(s[kept]) < MOST_PER_ROW) | (nth_of_row(t[kept]) < MOST_PER_ROW)
    kept, rivals = kept[few], rivals[few]
    source_ids, target_ids = (side.invoices["id"].to_numpy(dtype=object) for side in (source, target))
    return frame_of(
        {
            "source_id": source_ids[s[kept]],
            "target_id": target_ids[t[kept]],
            "tier": np.array(TIERS, dtype=object)[tier[kept]],
            "score": like.points[kept] / 10_000,
            "why": sentences(like, kept, currency=source.currency[s[kept]], rivals=rivals),
            "auto": sure[kept] & (rivals == 0),
        }
    )


def frame_of(columns: Mapping[str, Any]) -> pd.DataFrame:
    """The columns with their types; none of them where there is nothing to propose."""
    return pd.DataFrame(columns, columns=list(PROPOSAL_COLUMNS)).astype(PROPOSAL_COLUMNS)


def candidates(compared: Compared) -> tuple[np.ndarray, np.ndarray]:
    """Positions of missing and extra rows by id, apart from those whose reference a pair already holds."""
    pairing, placed = compared.pairing, compared.placed
    source, target = np.flatnonzero(pairing.source_alone), np.flatnonzero(pairing.target_alone)
    source = source[placed.source_bucket[source] == "missing"]
    target = target[placed.target_bucket[target] == "extra"]
    source, target = (
        source[pairing.source_shadowed[source] < SPELLING],
        target[pairing.target_shadowed[target] < SPELLING],
    )
    return by_id(compared.source, source), by_id(compared.target, target)


def by_id(frame: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """The positions in the order of their rows' ids."""
    return at[np.argsort(frame["id"].iloc[at].to_numpy(dtype=object), kind="stable")]


def is_sure(like: Likeness, s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Mask of pairs with a high score, an exact amount and a clear margin to the second best of both rows."""
    margin = np.minimum(lead(s, like.points), lead(t, like.points))
    return like.exact & (like.points >= SURE_POINTS) & (margin >= MARGIN_POINTS)


def stands_apart(like: Likeness, s: np.ndarray, t: np.ndarray, near: NearRows) -> np.ndarray:
    """Mask of pairs that lead clearly even without their number.

    Where a client has many invoices of one amount, a mistyped number could be that of any of them.
    """
    points = like.points_beside_number
    crowded = np.isin(s, near.source_crowded) | np.isin(t, near.target_crowded)
    return ~crowded & (np.minimum(lead(s, points), lead(t, points)) >= MARGIN_POINTS)


def lead(rows: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Per pair how far it leads every other pair of its row; below zero when it trails, its own points when alone."""
    order = np.lexsort((-points, rows))
    row, point = rows[order], points[order]
    first = np.concatenate([[True], row[1:] != row[:-1]]) if len(row) else np.zeros(0, dtype=bool)
    starts = np.flatnonzero(first)
    best = np.repeat(point[starts], np.diff([*starts, len(row)]))
    second = np.concatenate([np.where(first[1:], 0, point[1:]), [0]]) if len(row) else point
    ahead = np.empty_like(points)
    ahead[order] = np.where(first, point - second, point - best)
    return ahead


def collides(compared: Compared, source_at: np.ndarray, target_at: np.ndarray) -> np.ndarray:
    """Mask of pairs whose loose key other live rows of either side have too: HT-12 and HT-0012 are two numbers."""
    found = np.zeros(len(source_at), dtype=bool)
    if not len(source_at):
        return found
    pairing = compared.pairing
    for keys, gone, at in (
        (pairing.source_keys, pairing.source_gone, source_at),
        (pairing.target_keys, pairing.target_gone, target_at),
    ):
        loose = loose_keys(keys)
        live = loose[~gone]
        repeated = live[live.duplicated(keep=False)].unique()
        found |= loose.iloc[at].isin(repeated).to_numpy(dtype=bool) & (loose.iloc[at] != "").to_numpy(dtype=bool)
    return found


def consumed_once(s: np.ndarray, t: np.ndarray, tier: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The pairs that stand, best first: no row is offered again below the margin of its best claim.

    Equal pairs stand or fall together, so the order of the rows is of no account.
    """
    order = np.lexsort((t, s, -points, tier)).tolist()
    kept: list[int] = []
    best_source: dict[int, int] = {}
    best_target: dict[int, int] = {}
    left, right, weights = s.tolist(), t.tolist(), points.tolist()
    for n in order:
        point = weights[n]
        claims = (best_source.get(left[n], 0), best_target.get(right[n], 0))
        if max(claims) - point < MARGIN_POINTS:
            kept.append(n)
            best_source.setdefault(left[n], point)
            best_target.setdefault(right[n], point)
    return np.array(kept, dtype="int64")


def rivals_of(rows: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Per standing pair, how many others of its row score about as well or better."""
    places = rows * SCALE + points  # sorted, the pairs of a row lie together, the lowest first
    ranked = np.sort(places)
    lowest = rows * SCALE + np.maximum(points - MARGIN_POINTS, -1)
    above = np.searchsorted(ranked, (rows + 1) * SCALE) - np.searchsorted(ranked, lowest, side="right")
    return above - 1  # itself


def nth_of_row(rows: np.ndarray) -> np.ndarray:
    """Per pair how many pairs of its row come before it."""
    order = np.argsort(rows, kind="stable")
    ranked = rows[order]
    nth = np.empty(len(rows), dtype="int64")
    nth[order] = np.arange(len(rows)) - np.searchsorted(ranked, ranked)
    return nth
