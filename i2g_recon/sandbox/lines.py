"""Line items: what was asked for, completed and computed as Xero does, with every objection in Xero's words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from i2g_recon.core.money import half_up
from i2g_recon.sandbox import messages, tax
from i2g_recon.sandbox.books import Books, rate_applies, takes_sales_lines
from i2g_recon.sandbox.wire import Json

# What a line keeps when it is sent again with its LineItemID and only some fields.
KEPT = tuple(
    "LineItemID Description Quantity UnitAmount AccountCode AccountID TaxType DiscountRate DiscountAmount ItemCode "
    "Tracking".split()
)
NO_TAX = "NONE"


@dataclass(slots=True)
class Line:
    """A line ready to be stored, and what speaks against it."""

    record: Json
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LineRules:
    """How lines of one invoice are read. places: decimals of UnitAmount; needs_account: the invoice is approved."""

    books: Books
    line_amount_types: str
    places: int = 2
    needs_account: bool = False
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())

    def line(self, asked: Json) -> Line:
        """One asked-for line, computed."""
        errors: list[str] = []
        amounts = self._amounts(asked, errors)
        record = {
            "LineItemID": str(asked.get("LineItemID") or self.new_id()),
            **{name: asked[name] for name in ("Description", "ItemCode") if asked.get(name)},
            **amounts,
            "Tracking": asked.get("Tracking") or [],
        }
        if not amounts and not asked.get("AccountCode"):
            return Line(record, errors)  # a line that only describes
        if self.needs_account and not record.get("Description"):
            errors.append(messages.DESCRIPTION_MISSING)
        account = self._account(asked, record, errors)
        self._tax(asked, record, account, errors)
        return Line(record, errors)

    def _amounts(self, asked: Json, errors: list[str]) -> Json:
        """Quantity, UnitAmount, LineAmount and discount; empty for a line that only describes."""
        if not any(asked.get(name) is not None for name in ("Quantity", "UnitAmount", "LineAmount")):
            return {}
        sent = amount(asked, "LineAmount", errors)
        quantity = half_up(amount(asked, "Quantity", errors, Decimal(1)) or tax.ZERO, 4)
        unit = amount(asked, "UnitAmount", errors)
        if unit is None:
            unit = (sent or tax.ZERO) / (quantity or Decimal(1))
        unit = half_up(unit, self.places)
        rate = amount(asked, "DiscountRate", errors)
        off = amount(asked, "DiscountAmount", errors)
        total = tax.line_amount(quantity, unit, discount_rate=rate or tax.ZERO, discount_amount=off or tax.ZERO)
        if sent is not None and half_up(sent) != total:
            errors.append(messages.line_total(sent, total))
        found = {"Quantity": quantity, "UnitAmount": unit, "LineAmount": total}
        return found | {k: v for k, v in (("DiscountRate", rate), ("DiscountAmount", off)) if v is not None}

    def _account(self, asked: Json, record: Json, errors: list[str]) -> Json | None:
        code, account_id = str(asked.get("AccountCode") or ""), str(asked.get("AccountID") or "")
        if not code and not account_id:
            if self.needs_account:
                errors.append(messages.ACCOUNT_INVALID)
            return None
        account = self.books.account(code=code, account_id=account_id)
        if account is None or not takes_sales_lines(account):
            errors.append(messages.account_unknown(code) if code else messages.ACCOUNT_INVALID)
            return None
        if account.get("Status") != "ACTIVE":
            errors.append(messages.account_archived(str(account.get("Code", code))))
            return None
        record |= {"AccountCode": account.get("Code", code), "AccountID": account["AccountID"]}
        return account

    def _tax(self, asked: Json, record: Json, account: Json | None, errors: list[str]) -> None:
        tax_type = str(asked.get("TaxType") or (account or {}).get("TaxType") or "")
        if self.line_amount_types == "NoTax":
            tax_type = NO_TAX
        percent = self._percent(tax_type, account, errors)
        computed = tax.line_tax(record.get("LineAmount", tax.ZERO), percent, self.line_amount_types)
        given = amount(asked, "TaxAmount", errors)
        if tax_type:
            record["TaxType"] = tax_type
        record["TaxAmount"] = computed if given is None or self.line_amount_types == "NoTax" else half_up(given)

    def _percent(self, tax_type: str, account: Json | None, errors: list[str]) -> Decimal:
        rate = self.books.tax_rates.get(tax_type)
        if tax_type in ("", NO_TAX) and rate is None:
            if not tax_type and self.needs_account:
                errors.append(messages.TAX_INVALID)
            return tax.ZERO
        if rate is None or rate.get("Status", "ACTIVE") != "ACTIVE":
            errors.append(messages.tax_unknown(tax_type))
            return tax.ZERO
        if account is not None and self.line_amount_types != "NoTax" and not rate_applies(rate, account):
            errors.append(messages.tax_not_for_account(tax_type, str(account.get("Code", ""))))
        return Decimal(str(rate.get("EffectiveRate", 0)))


def amount(asked: Json, name: str, errors: list[str], default: Decimal | None = None) -> Decimal | None:
    """A number of the request; numbers in text are taken as Xero takes them. Anything else is an objection."""
    value: Any = asked.get(name)
    if value is None:
        return default
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite():
        errors.append(f"{name} must be a number.")
        return default
    return found


def overlaid(kept: Json | None, asked: Json) -> Json:
    """A line sent for an existing invoice: with a known LineItemID what is not sent stays, otherwise it is new."""
    if kept is None:
        return {name: value for name, value in asked.items() if name != "LineItemID"}
    base = {name: kept[name] for name in KEPT if name in kept}
    if "AccountCode" in asked or "AccountID" in asked:
        base.pop("AccountCode", None)
        base.pop("AccountID", None)
    return {**base, **asked}
