"""The `where` and `order` parameters, translated to SQL over the stored columns.

    where  = and ("OR" and)*          and = term ("AND" term)*
    term   = "(" where ")" | "!" term | field operator value | field.Method("text")
    value  = "text" | Guid("...") | DateTime(2026,11,15) | 12.50 | true | false | null

Text compares without regard to case, as on the wire. A field the resource does not have, or a clause that cannot be
read, raises `UnreadableFilter`; Xero answers both with a QueryParseException.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from i2g_recon.core.money import half_up
from i2g_recon.sandbox.wire import day_ms

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<call>(?:Guid|DateTime)\s*\([^)]*\))|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(?P<sign>==|!=|<>|>=|<=|&&|\|\||[=<>!()]))""",
    re.IGNORECASE,
)
COMPARE = {"==": "=", "=": "=", "!=": "IS NOT", "<>": "IS NOT", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
METHODS = {
    "contains": "instr(coalesce({0}, ''), ?) > 0",
    "startswith": "substr(coalesce({0}, ''), 1, length(?)) = ?",
    "endswith": "length(coalesce({0}, '')) >= length(?) AND substr({0}, length({0}) - length(?) + 1) = ?",
}
AMOUNT_PLACES = 4


class UnreadableFilter(ValueError):
    """The filter or order cannot be read; the message is for the answer's body."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field is kept. kind: text (folded), day, moment (ms), amount (integer, four places) or flag."""

    sql: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Clause:
    """SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


def where_clause(text: str, fields: Mapping[str, Column], resource: str) -> Clause:
    """The whole `where` as one clause; fields are keyed in lower case."""
    reader = _Reader(_tokens(text), fields, resource)
    clause = reader.either()
    if reader.position != len(reader.tokens):
        raise UnreadableFilter(f"Operator or end of filter expected near '{reader.peek()[1]}'")
    return clause


def order_clause(text: str, fields: Mapping[str, Column], resource: str) -> str:
    """`order` as SQL: fields with ASC or DESC, comma separated."""
    return ", ".join(_ordered(part, fields, resource) for part in text.split(",") if part.strip())


def _ordered(part: str, fields: Mapping[str, Column], resource: str) -> str:
    name, *direction = part.split()
    words = " ".join(direction).upper()
    if words not in ("", "ASC", "DESC", "ASCENDING", "DESCENDING"):
        raise UnreadableFilter(f"'{part.strip()}' is not an order")
    return f"{_column(name, fields, resource).sql} {'DESC' if words.startswith('DESC') else 'ASC'}"


def _column(name: str, fields: Mapping[str, Column], resource: str) -> Column:
    column = fields.get(name.lower())
    if column is None:
        raise UnreadableFilter(f"No property or field '{name}' exists in type '{resource}'")
    return column


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise UnreadableFilter(f"Syntax error at '{text[position : position + 20]}'")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[tuple[str, str]], fields: Mapping[str, Column], resource: str) -> None:
        self.tokens, self.fields, self.resource, self.position = tokens, fields, resource, 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.position += 1
        return token

    def accept(self, *words: str) -> bool:
        found = self.peek()[0] in ("name", "sign") and self.peek()[1].upper() in words
        self.position += found
        return found

    def either(self) -> Clause:
        parts = [self.both()]
        while self.accept("OR", "||"):
            parts.append(self.both())
        return _joined(parts, " OR ")

    def both(self) -> Clause:
        parts = [self.term()]
        while self.accept("AND", "&&"):
            parts.append(self.term())
        return _joined(parts, " AND ")

    def term(self) -> Clause:
        if self.accept("!", "NOT"):
            inner = self.term()
            return Clause(f"NOT coalesce({inner.sql}, 0)", inner.parameters)
        if self.accept("("):
            inner = self.either()
            self.expect(")")
            return Clause(f"({inner.sql})", inner.parameters)
        return self.comparison()

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise UnreadableFilter(f"'{word}' expected near '{self.peek()[1]}'")

    def comparison(self) -> Clause:
        group, name = self.take()
        if group != "name":
            raise UnreadableFilter(f"Field expected near '{name}'")
        path, _, method = name.rpartition(".")
        if method.lower() in METHODS and self.peek()[1] == "(":
            return self.method(path, method)
        column = _column(name, self.fields, self.resource)
        operator = COMPARE.get(self.take()[1])
        if operator is None:
            raise UnreadableFilter(f"Operator expected after '{name}'")
        return _compared(column, operator, self.take())

    def method(self, name: str, method: str) -> Clause:
        column = _column(name, self.fields, self.resource)
        self.expect("(")
        text = str(_value(column, self.take()))
        self.expect(")")
        sql = METHODS[method.lower()].format(column.sql)
        clause = Clause(f"({sql})", (text,) * sql.count("?"))
        if self.peek()[1] in ("==", "=", "!="):
            same, wanted = self.take()[1] != "!=", self.take()[1].lower() == "true"
            return clause if same == wanted else Clause(f"NOT {clause.sql}", clause.parameters)
        return clause


def _joined(parts: list[Clause], word: str) -> Clause:
    if len(parts) == 1:
        return parts[0]
    parameters = tuple(value for part in parts for value in part.parameters)
    return Clause("(" + word.join(part.sql for part in parts) + ")", parameters)


def _compared(column: Column, operator: str, token: tuple[str, str]) -> Clause:
    if token[1].lower() == "null":
        return Clause(f"{column.sql} IS {'NOT ' if operator == 'IS NOT' else ''}NULL")
    return Clause(f"{column.sql} {operator} ?", (_value(column, token),))


def _value(column: Column, token: tuple[str, str]) -> Any:
    group, text = token
    if group == "call":
        return _called(column, text)
    if group == "text":
        return re.sub(r"\\(.)", r"\1", text[1:-1]).casefold()
    if group == "number":
        return _number(column, text)
    if text.lower() in ("true", "false"):
        return int(text.lower() == "true")
    raise UnreadableFilter(f"Value expected near '{text}'")


def _number(column: Column, text: str) -> int | str:
    if column.kind == "amount":
        return int(half_up(Decimal(text), AMOUNT_PLACES).scaleb(AMOUNT_PLACES))
    return text if column.kind == "text" else int(Decimal(text))


def _called(column: Column, text: str) -> int | str:
    name, _, inside = text.rstrip(")").partition("(")
    if name.strip().lower() == "guid":
        return inside.strip().strip('"').lower()
    try:
        moment = dt.datetime(*[int(part) for part in inside.split(",")], tzinfo=dt.UTC)  # type: ignore[misc, arg-type]  # as many as were sent
    except (ValueError, TypeError) as error:
        raise UnreadableFilter(f"'{text}' is not a date") from error
    if column.kind == "day":
        return moment.date().isoformat()
    return day_ms(moment.date().isoformat()) + (moment.hour * 3600 + moment.minute * 60 + moment.second) * 1000
