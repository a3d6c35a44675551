"""Every example in a docstring is run, and every public function has one."""

from __future__ import annotations

import doctest
import importlib
import inspect

import pytest
from house import product

from i2g_recon import api

MODULES = sorted(
    source.path.removesuffix(".py").replace("/", ".")
    for source in product()
    if ">>> " in source.text and source.path.startswith("i2g_recon/")
)
FUNCTIONS = [name for name in api.__all__ if inspect.isfunction(getattr(api, name))]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_says_what_it_takes_and_shows_it(name: str) -> None:
    words = inspect.getdoc(getattr(api, name)) or ""
    assert ">>> " in words
    assert len(words.split(">>> ", maxsplit=1)[0].split()) > 8
