"""House rules that a machine can hold: each rule is a small function, and each is shown a breach it must see."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

import pytest
from house import ROOT, Source, imports, product, texts

Rule = Callable[[Source], Iterator[str]]
MAY_PRINT = ("i2g_recon/cli", "i2g_recon/__main__.py", "run.py", "notebooks/")
CLOCKS = {"i2g_recon/clock.py", "i2g_recon/sandbox/clock.py"}
LONGEST_FUNCTION, LONGEST_FILE = 70, 300
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|HACK)\b|\braise NotImplementedError\b")
MACHINE_PATH = re.compile(r"(?:^|[\s\"'`(=:])/(?:root|work|home/\w+|Users/\w+)/", re.MULTILINE)
SECRET = re.compile(  # a signed token, a private key, something sealed with Fernet, a key of a cloud service
    r"\beyJ[\w-]{10,}\.[\w-]{10,}\.|-----BEGIN [A-Z ]*PRIVATE KEY|\bgAAAAA[\w-]{50,}|\bAKIA[0-9A-Z]{16}\b"
)
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|--(?:extra-)?index-url|artifactory|/simple/")
STARTED_BY_OTHERS = ("i2g_recon/store/migrations/", "pages/", "notebooks/", "run.py", "streamlit_app.py")
ENTRIES = {"__init__", "__main__"}


def calls(source: Source) -> Iterator[tuple[str, ast.Call]]:
    """The dotted text of every function called, with the call."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def at(source: Source, node: ast.AST, said: str) -> str:
    return f"{source.path}:{getattr(node, 'lineno', 0)}: {said}"


def no_print(source: Source) -> Iterator[str]:
    if not source.path.startswith(MAY_PRINT):
        yield from (at(source, node, "print") for name, node in calls(source) if name == "print")


def nothing_unfinished(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if found := UNFINISHED.search(line):
            yield f"{source.path}:{number}: {found.group()}"


def no_marks_in_comments(source: Source) -> Iterator[str]:
    """XXX is a currency code too, so only comments are read for it."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and re.search(r"\bXXX\b(?! is| as| may)", token.string):
            yield f"{source.path}:{token.start[0]}: XXX"


def no_breakpoint(source: Source) -> Iterator[str]:
    yield from (at(source, node, name) for name, node in calls(source) if name in {"breakpoint", "pdb.set_trace"})
    yield from (f"{source.path}: imports {name}" for name in imports(source) if name in {"pdb", "ipdb"})


def no_float_in_core(source: Source) -> Iterator[str]:
    if source.path.startswith("i2g_recon/core/"):
        for name, node in calls(source):
            words = [ast.unparse(argument) for argument in (*node.args, *(each.value for each in node.keywords))]
            casts = name.endswith("astype") and any(word.strip("'").startswith("float") for word in words)
            if name == "float" or casts:
                yield at(source, node, "a float never holds money")


def core_opens_no_file(source: Source) -> Iterator[str]:
    if source.path.startswith("i2g_recon/core/"):
        yield from (at(source, node, name) for name, node in calls(source) if name in {"open", "io.open"})


def one_clock(source: Source) -> Iterator[str]:
    if source.path in CLOCKS:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value).rpartition(".")[2]
            today = owner in {"datetime", "date", "Timestamp"} and node.attr in {"now", "utcnow", "today"}
            if today or (owner, node.attr) in {("time", "time"), ("time", "time_ns")}:
                yield at(source, node, f"{owner}.{node.attr} outside the clock")
    yield from (f"{source.path}: imports {name}" for name in imports(source) if name in {"time.time", "time.time_ns"})


def no_swallowed_errors(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield at(source, node, "bare except")
            elif is_everything(node.type) and does_nothing(node.body):
                yield at(source, node, "every error is swallowed")
    for name, node in calls(source):
        if name.endswith("suppress") and any(is_everything(argument) for argument in node.args):
            yield at(source, node, "every error is swallowed")


def is_everything(kind: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in {"Exception", "BaseException"} for node in ast.walk(kind))


def does_nothing(body: list[ast.stmt]) -> bool:
    idle = (ast.Pass, ast.Continue)
    return all(
        isinstance(each, idle) or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)) for each in body
    )


def functions_fit_the_screen(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield at(source, node, f"{node.name} has {lines} lines")


def files_have_one_subject(source: Source) -> Iterator[str]:
    lines = len(source.text.splitlines())
    if lines > LONGEST_FILE and "Longer than" not in (ast.get_docstring(source.tree) or ""):
        yield f"{source.path}: {lines} lines and no reason in its docstring ('Longer than ...')"


def names_say_something(source: Source) -> Iterator[str]:
    path = PurePosixPath(source.path)
    if VAGUE_NAMES & {path.stem, *path.parent.parts}:
        yield f"{source.path}: names nothing"


def no_machine_paths(source: Source) -> Iterator[str]:
    for found in MACHINE_PATH.finditer(source.text):
        yield f"{source.path}:{source.text.count(chr(10), 0, found.start()) + 1}: {found.group().strip()}"


def no_registry(source: Source) -> Iterator[str]:
    if source.path != "tests/test_tidy.py":
        yield from (f"{source.path}: {found.group()}" for found in REGISTRY.finditer(source.text))


def no_secret(source: Source) -> Iterator[str]:
    for found in SECRET.finditer(source.text):
        yield f"{source.path}: {found.group()[:12]}..."


RULES: list[tuple[Rule, str, str]] = [  # the rule, a file that breaks it, what stands in the file
    (no_print, "i2g_recon/jobs/x.py", "def f() -> None:\n    print('x')"),
    (nothing_unfinished, "i2g_recon/x.py", "# TO" + "DO: later"),
    (nothing_unfinished, "i2g_recon/x.py", "def f() -> None:\n    raise NotImplemented" + "Error"),
    (no_marks_in_comments, "i2g_recon/x.py", "a = 1  # XX" + "X look again"),
    (no_breakpoint, "i2g_recon/x.py", "breakpoint()"),
    (no_breakpoint, "i2g_recon/x.py", "import pdb"),
    (no_float_in_core, "i2g_recon/core/x.py", "total = float('1.10')"),
    (no_float_in_core, "i2g_recon/core/x.py", "total = frame['total'].astype('float64')"),
    (core_opens_no_file, "i2g_recon/core/x.py", "text = open('x').read()"),
    (one_clock, "i2g_recon/core/x.py", "import datetime as dt\nnow = dt.datetime.now(dt.UTC)"),
    (one_clock, "i2g_recon/xero/x.py", "import datetime\nnow = datetime.date.today"),
    (one_clock, "i2g_recon/store/x.py", "import time\nnow = time.time()"),
    (one_clock, "i2g_recon/store/x.py", "from time import time"),
    (one_clock, "i2g_recon/core/x.py", "import pandas as pd\nnow = pd.Timestamp.now()"),
    (no_swallowed_errors, "i2g_recon/x.py", "try:\n    f()\nexcept:\n    g()"),
    (no_swallowed_errors, "i2g_recon/x.py", "try:\n    f()\nexcept Exception:\n    pass"),
    (no_swallowed_errors, "i2g_recon/x.py", "with contextlib.suppress(Exception):\n    f()"),
    (functions_fit_the_screen, "i2g_recon/x.py", "def f() -> None:\n" + "    g()\n" * 70),
    (files_have_one_subject, "i2g_recon/x.py", "a = 1\n" * 301),
    (names_say_something, "i2g_recon/core/helpers.py", ""),
    (names_say_something, "i2g_recon/utils/x.py", ""),
]
TEXT_RULES: list[tuple[Rule, str, str]] = [
    (no_machine_paths, "README.md", "cd /ro" + "ot/x"),
    (no_machine_paths, "tests/x.py", "HOME = '/ho" + "me/someone/x'"),
    (no_registry, "requirements.txt", "--index" + "-url https://example"),
    (no_secret, "tests/x.py", "TOKEN = 'ey" + "JhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyb2JpbiJ9.c2ln'"),
    (no_secret, "README.md", "-----BEGIN RSA PRIV" + "ATE KEY-----"),
    (no_secret, "tests/x.py", "KEY = 'gAAAA" + "A" * 60 + "'"),
]


def keeps(findings: Iterable[str]) -> None:
    """Fails with every finding at once, one a line."""
    found = list(findings)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _, _ in RULES), ids=lambda rule: str(rule.__name__))
def test_the_product_keeps(rule: Rule) -> None:
    keeps(said for source in product() for said in rule(source))


@pytest.mark.parametrize("rule", [no_machine_paths, no_registry, no_secret], ids=lambda rule: str(rule.__name__))
def test_every_text_keeps(rule: Rule) -> None:
    keeps(said for source in texts() for said in rule(source))


@pytest.mark.parametrize(("rule", "path", "text"), RULES + TEXT_RULES)
def test_the_rule_sees_a_breach(rule: Rule, path: str, text: str) -> None:
    assert len(list(rule(Source(path, text)))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (no_print, "i2g_recon/cli.py", "print('x')"),
        (no_marks_in_comments, "i2g_recon/x.py", "currency = 'XXX'"),
        (one_clock, "i2g_recon/clock.py", "import datetime\nnow = datetime.datetime.now"),
        (one_clock, "i2g_recon/xero/x.py", "import time\nbegan = time.monotonic()"),
        (no_swallowed_errors, "i2g_recon/x.py", "try:\n    f()\nexcept OSError:\n    pass"),
        (files_have_one_subject, "i2g_recon/x.py", '"""Longer than others: one table."""\n' + "a = 1\n" * 301),
    ],
)
def test_the_rule_lets_pass_what_may_be(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []


def unreferenced(sources: tuple[Source, ...]) -> list[str]:
    """Modules that no other file of the product imports. What others start is named by path or found by a tool."""
    used = {name for source in sources for name in imports(source) if name != source.module}
    lazily = {word for source in sources for word in re.findall(r"[\"'](i2g_recon(?:\.\w+)+)[\"':]", source.text)}
    parents = {name.rpartition(".")[0] for name in used}
    checked = [each for each in sources if not each.path.startswith(STARTED_BY_OTHERS)]
    checked = [each for each in checked if PurePosixPath(each.path).stem not in ENTRIES]
    return [each.path for each in checked if each.module not in used | parents | lazily]


def unlisted_pages(sources: tuple[Source, ...]) -> list[str]:
    """Pages whose `folder/name` stands in no other file: nobody can open them."""
    pages = [source.path for source in sources if source.path.startswith("pages/")]
    rest = "\n".join(source.text for source in sources if not source.path.startswith("pages/"))
    return [path for path in pages if path.removeprefix("pages/").removesuffix(".py") not in rest]


def unpaired_notebooks(names: set[str]) -> list[str]:
    stems = {kind: {name.removesuffix(kind) for name in names if name.endswith(kind)} for kind in (".py", ".ipynb")}
    return sorted(stems[".py"] ^ stems[".ipynb"])


def test_every_module_is_used() -> None:
    keeps(unreferenced(product()))


def test_every_page_can_be_opened() -> None:
    keeps(unlisted_pages(product()))


def test_every_notebook_has_its_script() -> None:
    assert unpaired_notebooks({path.name for path in (ROOT / "notebooks").iterdir() if path.is_file()}) == []


def test_what_nobody_uses_is_seen() -> None:
    lonely = Source("i2g_recon/core/lonely.py", "import i2g_recon.core.lonely")
    used = Source("i2g_recon/core/used.py", "from i2g_recon.core import used")
    user = Source("i2g_recon/core/user.py", "from i2g_recon.core.used import f")
    assert unreferenced((lonely, used, user)) == [lonely.path, user.path]
    assert unlisted_pages((Source("pages/desk/lost.py", ""), Source("i2g_recon/web/router.py", "'desk/found'"))) == [
        "pages/desk/lost.py"
    ]
    assert unpaired_notebooks({"a.py", "a.ipynb", "b.ipynb"}) == ["b"]
