"""Is the engine really held by its tests? Flips one line of `core/` at a time and runs them.

python tests/bench/mutation.py [lines] [seed] [files]

Every flip is made in a copy of the tree: a comparison turned round, a sum made a difference, `and` made `or`, a bound
moved by one, a mask inverted. The same seed picks the same lines. The test file of the module comes first, then the
golden cases, the laws and the rest of the engine's tests, until one fails. Printed: each flip with the test that caught
it, then the survivors. A flip that cannot be told from the original by any input is a survivor too, to be read by a
person. `files`: only modules whose name contains this. Forty lines take about half an hour on two cores.
"""

from __future__ import annotations

import ast
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
CORE = Path("i2g_recon") / "core"
COMPARED = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="}
COMBINED = {ast.Add: "-", ast.Sub: "+", ast.BitAnd: "|", ast.BitOr: "&", ast.FloorDiv: "*"}
SECONDS = 900  # of one run of the tests; a flip that makes them hang is caught


@dataclass(frozen=True)
class Flip:
    """One change: characters `start` to `end` of a line of a file become `text`."""

    path: Path
    line: int
    start: int
    end: int
    text: str

    def told(self, source: str) -> str:
        """File, line, and the line before and after."""
        before = source.splitlines()[self.line - 1]
        after = before[: self.start] + self.text + before[self.end :]
        return f"{self.path}:{self.line}\n    - {before.strip()}\n    + {after.strip()}"


def flips_of(path: Path, source: str) -> Iterator[Flip]:
    """Every flip of a file that stands on one line."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED and len(node.ops) == 1:
            yield from between(path, lines, node.left, node.comparators[0], COMPARED[type(node.ops[0])])
        elif isinstance(node, ast.BinOp) and type(node.op) in COMBINED and not is_text(node):
            yield from between(path, lines, node.left, node.right, COMBINED[type(node.op)])
        elif isinstance(node, ast.BoolOp):
            word = "or" if isinstance(node.op, ast.And) else "and"
            yield from between(path, lines, node.values[0], node.values[1], word)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Invert, ast.Not)):
            inner = node.operand
            if node.lineno == inner.lineno:
                yield Flip(path, node.lineno, node.col_offset, inner.col_offset, "")


def between(path: Path, lines: list[str], left: ast.expr, right: ast.expr, word: str) -> Iterator[Flip]:
    """The operator between two operands of one line replaced."""
    if left.end_lineno != right.lineno or left.end_col_offset is None:
        return
    text = lines[right.lineno - 1]
    if not text.isascii():  # columns are counted in bytes
        return
    found = re.search(r"==|!=|<=|>=|//|<|>|\+|-|&|\||\band\b|\bor\b", text[left.end_col_offset : right.col_offset])
    if found:
        start = left.end_col_offset + found.start()
        yield Flip(path, right.lineno, start, start + len(found.group()), word)


def is_text(node: ast.BinOp) -> bool:
    """Joining texts, lists or types is not arithmetic."""
    kinds = (ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict)
    sides = (node.left, node.right)
    return any(
        isinstance(one, kinds) or (isinstance(one, ast.Constant) and not isinstance(one.value, int)) for one in sides
    )


def in_annotation(source: str) -> set[int]:
    """Lines that hold annotations or defaults, where `|` is no operation on data."""
    held: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        places: list[ast.expr | None] = []
        if isinstance(node, ast.AnnAssign):
            places = [node.annotation]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            places = [node.returns, *(one.annotation for one in every)]
        held |= {line for one in places if one for line in range(one.lineno, (one.end_lineno or one.lineno) + 1)}
    return held


def chosen(count: int, seed: int, files: str) -> list[Flip]:
    """So many flips, at most one a line, spread over the files by their number of flips."""
    every: dict[tuple[Path, int], list[Flip]] = {}
    for path in sorted((ROOT / CORE).glob("*.py")):
        if files in path.name:
            source = path.read_text(encoding="utf-8")
            held = in_annotation(source)
            for flip in flips_of(path.relative_to(ROOT), source):
                if flip.line not in held:
                    every.setdefault((flip.path, flip.line), []).append(flip)
    rng = random.Random(seed)  # noqa: S311 - a choice that can be repeated, not a secret
    lines = rng.sample(sorted(every), min(count, len(every)))
    return [rng.choice(every[line]) for line in lines]


def tests_for(path: Path, tree: Path) -> list[str]:
    """The engine's test files, the nearest first."""
    first = ["golden", "sql", "result", "explained", "propose", "pairing"]
    named = [f"tests/test_core_{name}.py" for name in (path.stem, *first)]
    others = sorted(str(file.relative_to(tree)) for file in (tree / "tests").glob("test_core_*.py"))
    more = ["tests/test_api.py", "tests/test_jobs_plan.py", "tests/test_jobs_setup_steps.py"]
    return [name for name in dict.fromkeys([*named, *others, *more]) if (tree / name).exists()]


def caught_by(flip: Flip, tree: Path) -> str:
    """The test that fails with the flip made, or nothing."""
    file = tree / flip.path
    original = file.read_text(encoding="utf-8")
    lines = original.splitlines(keepends=True)
    text = lines[flip.line - 1]
    lines[flip.line - 1] = text[: flip.start] + flip.text + text[flip.end :]
    file.write_text("".join(lines), encoding="utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--timeout", "120"]
        command += ["--hypothesis-profile", "brief"]
        run = subprocess.run(
            [*command, *tests_for(flip.path, tree)],
            cwd=tree,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "the tests did not end"
    finally:
        file.write_text(original, encoding="utf-8")
    if run.returncode == 0:
        return ""
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.MULTILINE)
    return failed[0] if failed else run.stdout.strip().splitlines()[-1]


def main() -> int:
    """Prints each flip and what caught it; 0 when at most one in twenty survives."""
    count, seed = (int(text) for text in (sys.argv[1:3] + ["40", "1"][len(sys.argv) - 1 :])[:2])
    survivors = []
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(
            ROOT, tree, ignore=shutil.ignore_patterns(".venv", ".git", ".*_cache", "__pycache__", ".hypothesis")
        )
        flips = chosen(count, seed, "".join(sys.argv[3:4]))
        for n, flip in enumerate(flips, start=1):
            told, caught = flip.told((ROOT / flip.path).read_text(encoding="utf-8")), caught_by(flip, tree)
            sys.stdout.write(f"{n}/{len(flips)} {told}\n    {caught or 'SURVIVED'}\n")
            sys.stdout.flush()
            survivors += [] if caught else [told]
    sys.stdout.write(
        f"{len(flips) - len(survivors)} of {len(flips)} caught\n" + "".join(f"{one}\n" for one in survivors)
    )
    return int(len(survivors) * 20 > len(flips))


if __name__ == "__main__":
    sys.exit(main())
