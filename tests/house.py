"""The product's own files and what they import, for the tests of the house rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("i2g_recon", "pages", "notebooks")
NOT_OURS = {"__pycache__", ".ipynb_checkpoints"}
TEXTS = {".py", ".md", ".toml", ".txt", ".lock", ".ipynb", ".json", ".csv", ".in", ".mako", ".ini", ".yml", ".yaml"}


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root with forward slashes, its text and its tree."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return parsed(self.text)

    @property
    def module(self) -> str:
        """The dotted name under which Python imports it."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def product() -> tuple[Source, ...]:
    """Every Python file of the product, run.py and the page entry included."""
    found = [path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.py"))]
    found += [path for path in (ROOT / "run.py", ROOT / "streamlit_app.py") if path.exists()]
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in found
        if not NOT_OURS & set(path.parts)
    )


@cache
def texts() -> tuple[Source, ...]:
    """Every text file that is shipped: product, tests, locks, documents and settings."""
    roots = [ROOT / folder for folder in (*PRODUCT, "tests", ".ci", ".streamlit")]
    found = [path for folder in roots for path in sorted(folder.rglob("*")) if path.is_file()]
    found += [path for path in sorted(ROOT.iterdir()) if path.is_file()]
    shipped = [path for path in found if not NOT_OURS & set(path.parts)]
    shipped = [path for path in shipped if path.suffix in TEXTS or path.parent.name == ".ci"]
    return tuple(Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in shipped)


def imports(source: Source) -> Iterator[str]:
    """Dotted names a file imports anywhere, those inside functions included; `from a import b` gives `a.b`."""
    package = source.module if source.path.endswith("__init__.py") else source.module.rpartition(".")[0]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif loads_by_name(node):
            yield ast.literal_eval(node.args[0])  # type: ignore[attr-defined]  # loads_by_name saw the call


def loads_by_name(node: ast.AST) -> bool:
    """Whether this is `import_module("dotted.name")`."""
    if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"import_module", "__import__"}
