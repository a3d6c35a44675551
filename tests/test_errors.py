"""Failures: one class per remedy, an exit code for each, and the drawn tree is the real one."""

from __future__ import annotations

import inspect
import re

import pytest

from i2g_recon import errors
from i2g_recon.errors import LimitReached, NeedsAPerson, OtherSideFailed, ReconError, Refused

CLASSES = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ReconError)]


def drawn() -> dict[str, str]:
    """Class to parent as the docstring draws it."""
    parents, path = dict[str, str](), list[str]()
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"    ([ |`-]*)(\w+)", line):
            depth, name = len(found[1]) // 4, found[2]
            path = [*path[:depth], name]
            if depth:
                parents[name] = path[depth - 1]
    return parents


def test_the_drawn_tree_is_the_real_one() -> None:
    assert drawn() == {one.__name__: one.__bases__[0].__name__ for one in CLASSES if one is not ReconError}


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.__name__)
def test_each_class_says_what_to_do_next_in_one_sentence(one: type[ReconError]) -> None:
    first = (one.__doc__ or "").splitlines()[0]
    assert first[0].isupper()
    assert first.endswith(".")


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.__name__)
def test_exit_codes_are_the_contract_s(one: type[ReconError]) -> None:
    assert one.exit_code == (3 if issubclass(one, OtherSideFailed) else 2)


def test_a_failure_is_never_both_sides_fault() -> None:
    assert [one for one in CLASSES if issubclass(one, NeedsAPerson) and issubclass(one, OtherSideFailed)] == []


def test_what_a_failure_carries() -> None:
    limit = LimitReached("wait", problem="day", retry_after_s=40_000)
    assert (str(limit), limit.problem, limit.retry_after_s) == ("wait", "day", 40_000)
    refused = Refused("no", status=400, payload={"Message": "no"})
    assert (str(refused), refused.status, refused.payload) == ("no", 400, {"Message": "no"})
