"""A number that Invoice2go gave to several invoices: paired by total, date, client where that leaves one possibility.

Identity on the Invoice2go side is the `Id`; the number may repeat. A target row belongs to a source row of its number
when currency, total and date are equal and the client is the same. Settled is a number only when every one of its
target rows belongs to exactly one source row and no source row to two; anything less stays ambiguous as a whole.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from i2g_recon.core.reference_keys import match_keys

FACTS = ["code", "currency", "total_minor", "date"]


def one_possibility(source: pd.DataFrame, target: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of source and target side by side, and the codes settled.

    Both frames have invoice columns, `code` (of the number) and `at` (position), and hold whole numbers only.
    """
    columns = [*FACTS, "at", "contact", "email"]
    met = source[columns].merge(target[columns], on=FACTS, suffixes=("", "_target"))
    met = met[met["date"].notna() & same_client(met)]
    one_each = ~met["at"].duplicated(keep=False) & ~met["at_target"].duplicated(keep=False)
    doubtful = set(met.loc[~one_each, "code"])
    matched = met.groupby("code").size()
    wanted = target.groupby("code").size()
    settled = [code for code in matched.index if code not in doubtful and matched[code] == wanted[code]]
    kept = met[met["code"].isin(settled)]
    return kept["at"].to_numpy(), kept["at_target"].to_numpy(), np.array(settled, dtype="int64")


def same_client(met: pd.DataFrame) -> pd.Series:
    """Mask of the rows whose two sides name one client: the same e-mail address, or the same name."""
    same = pd.Series(data=False, index=met.index)
    for name in ("contact", "email"):
        one, other = match_keys(met[name]), match_keys(met[f"{name}_target"])
        same |= (one == other) & (one != "")
    return same
