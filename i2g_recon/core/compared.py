"""Compared: what the engine knows about two sides after comparing them, handed from stage to stage as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.compare import Outcome
from i2g_recon.core.pairing import Pairing
from i2g_recon.core.pairs import Pairs
from i2g_recon.core.placing import Placed

Columns = dict[str, np.ndarray]  # a table while it is being made: arrays of one length by name


@dataclass(frozen=True, eq=False, kw_only=True)
class Compared:
    """source, target: invoice frames in the order they were given. found: outcomes by field.

    parts: of every differing pair, `explained.PART_COLUMNS`. causes: the largest of them, by pair position.
    """

    source: pd.DataFrame
    target: pd.DataFrame
    pairing: Pairing
    pairs: Pairs
    found: Mapping[str, Outcome]
    parts: pd.DataFrame
    causes: Mapping[int, str]
    placed: Placed
