"""Near matches among leftovers, beside splink on the same rows. Run by hand.

python tests/bench/bench_propose.py [rows] [python of an environment with splink]

Half of the numbers are written in another way, half have one character changed; amounts and clients stay, dates move by
a few days. Printed for both: the time, how many true pairs are found, and how many wrong ones are called sure.
"""

from __future__ import annotations

import json
import platform
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parents[2])]

import pandas as pd  # noqa: E402 - the path must be set first

import i2g_recon as i2g  # noqa: E402 - as above

ROUNDS = 3
DIGITS = "0123456789"
SPLINK = """
import json, sys, time
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator
from splink.blocking_rule_library import block_on
left, right = (pd.read_parquet(path) for path in sys.argv[1:3])
began = time.perf_counter()
settings = SettingsCreator(
    link_type="link_only",
    unique_id_column_name="id",
    comparisons=[
        cl.LevenshteinAtThresholds("key", [1, 2]),
        cl.JaroWinklerAtThresholds("contact", [0.9]),
        cl.ExactMatch("total_minor"),
        cl.AbsoluteDateDifferenceAtThresholds("date", input_is_string=True, metrics=["day"], thresholds=[7]),
    ],
    blocking_rules_to_generate_predictions=[block_on("key"), block_on("total_minor")],
)
api = DuckDBAPI()
linker = Linker([api.register(left), api.register(right)], settings)
linker.training.estimate_probability_two_random_records_match([block_on("key")], recall=0.5)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
linker.training.estimate_parameters_using_expectation_maximisation(block_on("total_minor"))
found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
best = found.sort_values("match_probability", ascending=False).drop_duplicates("id_l").drop_duplicates("id_r")
print(json.dumps({"seconds": time.perf_counter() - began, "pairs": best[["id_l", "id_r"]].values.tolist()}))
"""


def leftovers(rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both sides; s{n} belongs with t{n}."""
    rng = random.Random(1)  # noqa: S311 - data that can be made again, not a secret
    left, right = [], []
    for n in range(rows):
        number, minor = f"HT-{rng.randrange(10**5, 10**6)}{n % 10}", rng.randrange(1000, 900_000)
        day = pd.Timestamp("2026-01-01") + pd.Timedelta(days=rng.randrange(300))
        row = {"number": number, "contact": f"Client {n % 400} Works", "currency": "AUD", "total_minor": minor}
        other = f"Inv {number.replace('-', ' ').lower()}" if n % 2 else slip(number, rng)
        left.append({**row, "id": f"s{n}", "reference": number, "date": day})
        later = day + pd.Timedelta(days=rng.randrange(4))
        right.append(
            {**row, "id": f"t{n}", "reference": f"see {other}" if n % 2 else other, "number": "", "date": later}
        )
    return pd.DataFrame(left), pd.DataFrame(right)


def slip(number: str, rng: random.Random) -> str:
    """The number with one digit mistyped as a letter next to it."""
    at = rng.randrange(3, len(number))
    return f"{number[:at]}{'OLZEASGTBP'[DIGITS.index(number[at])]}{number[at + 1 :]}"


def ends(found: pd.DataFrame) -> list[list[str]]:
    """The pairs of a table of proposals."""
    pairs: list[list[str]] = found[["source_id", "target_id"]].to_numpy().tolist()
    return pairs


def quality(pairs: list[list[str]], rows: int) -> str:
    """How many true pairs, how many wrong ones."""
    true = sum(one[1:] == other[1:] for one, other in pairs)
    return f"found {true / rows:.3f}, wrong {len(pairs) - true}"


def main() -> None:
    """Prints the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    left, right = leftovers(rows)
    source, target = i2g.frame(left.assign(status="sent")), i2g.frame(right.assign(status="AUTHORISED"))
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = i2g.propose(source, target)
        took.append(time.perf_counter() - began)
    best = found.drop_duplicates("source_id").drop_duplicates("target_id")
    sure = found[found["auto"]]
    told = [
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        f"{rows:,} x {rows:,} leftovers",
        f"propose {statistics.median(took):.2f} s, {quality(ends(best), rows)}; sure {quality(ends(sure), rows)}",
    ]
    if sys.argv[2:]:
        told.append(beside(left, right, sys.argv[2], rows))
    sys.stdout.write("\n".join(told) + "\n")


def beside(left: pd.DataFrame, right: pd.DataFrame, python: str, rows: int) -> str:
    """What splink makes of the same rows, its key being the reference without punctuation in lower case."""
    with TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{name}.parquet") for name in ("left", "right")]
        for side, path in zip((left, right), paths, strict=True):
            key = side["reference"].str.lower().str.replace(r"^(see )?(inv )?|[^a-z0-9]", "", regex=True)
            side.assign(key=key, date=side["date"].dt.strftime("%Y-%m-%d")).to_parquet(path)
        run = subprocess.run([python, "-c", SPLINK, *paths], capture_output=True, text=True, check=True)
        said = json.loads(run.stdout.splitlines()[-1])
    return f"splink {said['seconds']:.2f} s, {quality(said['pairs'], rows)}"


if __name__ == "__main__":
    main()
