"""Faults on demand: what can go wrong between a client and Xero, armed by a test and fired by the next matching call.

| kind | what the client meets |
|---|---|
| `limit` | 429 with `problem` minute, day, concurrent or appminute, and `retry_after_s` where Xero sends it |
| `offline` | 503, plain text |
| `error` | 500; remembered under the call's Idempotency-Key, as Xero remembers errors |
| `slow` | the work is done at once, its answer comes `seconds` later |
| `late` | the work is done `seconds` later, whether or not the client still waits |
| `drop_before` | the connection breaks, nothing was done |
| `drop_after` | the connection breaks, the work was done: the case that makes duplicates |
| `offline_after` | 503, but the work was done |
| `twice` | the call arrives twice, as through a proxy that repeats it: the second time without its Idempotency-Key |
| `truncated` | the work was done, the answer stops in the middle: status 200, half of the JSON |
| `html` | the work was done, a page of somebody on the way comes instead of the answer |
| `shuffled` | the work was done, the answer's elements stand in another order |
| `expired_token` | 401 TokenExpired |
| `id_token` | an id token not to be believed: `problem` nonce, audience, issuer, signature, expired, absent |
| `disconnected` | 403, and the organisation stays disconnected until somebody consents again |
| `unknown_enum` | the answer's first element bears a currency, status and plan nobody has heard of |
| `extra_fields` | envelope and elements bear fields nobody has heard of |
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace
from typing import Any

from i2g_recon.sandbox.wire import Json, dump, load

KINDS = tuple(
    "limit offline error slow late drop_before drop_after offline_after twice truncated html shuffled expired_token "
    "id_token disconnected unknown_enum extra_fields".split()
)
ACCOUNTING = "/api.xro/2.0/"
STORMY = (  # what a storm is made of: it passes by itself, and a client that looks before it repeats survives it
    "drop_before drop_after offline error offline_after twice truncated html shuffled expired_token slow limit".split()
)


class UnknownFault(ValueError):
    """The armed fault does not exist; the message says what does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One armed fault: fires `times` times (-1 for ever) after letting `skip` matching calls pass.

    method: empty for any. path: a piece of the path that must occur; by default calls of the Accounting API.
    """

    kind: str
    method: str = ""
    path: str = ACCOUNTING
    times: int = 1
    skip: int = 0
    seconds: float = 1.0
    problem: str = "minute"
    retry_after_s: int = 17

    def matches(self, method: str, path: str) -> bool:
        """Whether the fault is meant for this call."""
        return self.method.upper() in ("", method) and self.path.lower() in path.lower()


def fault_from(asked: Json) -> Fault:
    """A fault from the control route's body. Raises UnknownFault."""
    names = {field.name for field in fields(Fault)}
    if asked.get("kind") not in KINDS or not set(asked) <= names:
        raise UnknownFault(f"kind is one of {', '.join(KINDS)}; fields are {', '.join(sorted(names))}")
    return Fault(**{**asked, "seconds": float(asked.get("seconds", 1.0))})


class Faults:
    """The armed faults, oldest first; and a storm, which meets calls of the Accounting API by chance from a seed."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self._chance = 0.0
        self._rng = random.Random(0)  # noqa: S311 - the same seed makes the same storm

    def arm(self, fault: Fault) -> None:
        """Adds a fault behind those armed already."""
        self.armed.append(fault)

    def storm(self, seed: int, chance: float) -> None:
        """From now on each call of the Accounting API meets one of STORMY with this chance; 0 ends it."""
        self._chance, self._rng = chance, random.Random(seed)  # noqa: S311 - as above

    def clear(self) -> None:
        """Disarms everything, and ends the storm."""
        self.armed.clear()
        self._chance = 0.0

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that fires for this call, if any; it is used up by that."""
        for index, fault in enumerate(self.armed):
            if fault.matches(method, path):
                return self._spent(index, fault)
        if self._chance and path.lower().startswith(ACCOUNTING) and self._rng.random() < self._chance:
            return Fault(kind=self._rng.choice(STORMY), seconds=self._rng.random(), retry_after_s=1)
        return None

    def _spent(self, index: int, fault: Fault) -> Fault | None:
        if fault.skip:
            self.armed[index] = replace(fault, skip=fault.skip - 1)
            return None
        if fault.times == 1:
            del self.armed[index]
        elif fault.times > 1:
            self.armed[index] = replace(fault, times=fault.times - 1)
        return fault


def disguise(kind: str, body: bytes) -> bytes:
    """An answer's body with unknown codes or unknown fields planted in it; what is no JSON object stays as it is."""
    try:
        answer = load(body)
    except ValueError:
        return body
    for element in _elements(answer):
        element.update(_unknown_codes(element) if kind == "unknown_enum" else _unknown_fields())
        if kind == "unknown_enum":
            break
    if isinstance(answer, dict) and kind == "extra_fields":
        answer.update(_unknown_fields())
    return dump(answer).encode()


def reordered(body: bytes) -> bytes:
    """An answer's body with its elements the other way round."""
    try:
        answer = load(body)
    except ValueError:
        return body
    for rows in answer.values() if isinstance(answer, dict) else []:
        if isinstance(rows, list):
            rows.reverse()
    return dump(answer).encode()


def _elements(answer: Any) -> list[Json]:
    if isinstance(answer, list):
        return [element for element in answer if isinstance(element, dict)]
    lists = [value for value in answer.values() if isinstance(value, list)] if isinstance(answer, dict) else []
    return [element for rows in lists for element in rows if isinstance(element, dict)]


def _unknown_codes(element: Json) -> Json:
    unknown = {
        "CurrencyCode": "XCG",
        "BaseCurrency": "XCG",
        "Class": "QUANTUM",
        "Status": "PONDERED",
        "ContactStatus": "NAPPING",
    }
    # A money row keeps its status: only the currency is new there, as when Xero adds one.
    found = {name: code for name, code in unknown.items() if name in element}
    return {"CurrencyCode": "XCG"} if "CurrencyCode" in found else found


def _unknown_fields() -> Json:
    return {"SandboxNewField": "new", "SandboxNewObject": {"Deep": [1, None]}}
