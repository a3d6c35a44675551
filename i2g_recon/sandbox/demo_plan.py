"""What is planted in the demo and where: the one table that source, Xero copy, documentation and tests share.

Invoices are numbered HT-1001 to HT-1400 in the order they were made. Each kind below names the numbers that carry it;
every other invoice stands in Xero once and agrees. `expected` of a kind is what a sound comparison says about it:
a reason for what has no partner or more than one, a cause and the differing fields for what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FIRST, LAST = 1001, 1400


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One thing planted. numbers: Invoice2go numbers, for `not_in_source` the references in Xero.

    reason: code for unpaired and ambiguous ones; cause: code for differing amounts; fields: the fields that differ.
    """

    name: str
    numbers: tuple[str, ...]
    about: str
    reason: str = ""
    cause: str = ""
    fields: tuple[str, ...] = ()


def kind(name: str, numbers: str, about: str, *, reason: str = "", cause: str = "", fields: str = "") -> Kind:
    """A row of the table; bare digits stand for HT-numbers."""
    named = tuple(f"HT-{word}" if word.isdigit() else word for word in numbers.split())
    return Kind(name=name, numbers=named, about=about, reason=reason, cause=cause, fields=tuple(fields.split()))


AMOUNTS = "total subtotal tax"
KINDS = (
    kind(
        "sent_not_in_target",
        "1150 1207 1251 1288 1333 1394 1395 1396 1397 1398 1399 1400",
        "sent, never copied, all of them postable; from HT-1394 on the link was cut",
        reason="sent_not_in_target",
    ),
    kind("not_sent", "1099 1182 1297 1341 1380 1389", "never sent", reason="not_sent"),
    kind("paid_not_sent", "1240 1362", "paid in cash and never sent", reason="paid_not_sent"),
    kind("voided_in_target", "1133 1224 1308", "sent, and Xero holds a voided copy only", reason="voided_in_target"),
    kind("deleted_in_target", "1161 1326", "sent, and Xero holds a deleted draft only", reason="deleted_in_target"),
    kind("does_not_add_up", "1172 1317", "sent, absent, total edited by hand", reason="does_not_add_up"),
    kind("negative_or_zero_total", "1196 1345", "sent, absent: nothing to pay", reason="negative_or_zero_total"),
    kind(
        "missing_unsubscribed_currency",
        "1212 1276 1354",
        "sent, absent, in NZD, which the organisation has not added",
        reason="currency_not_subscribed",
    ),
    kind(
        "missing_archived_contact",
        "1266",
        "sent, its copy voided and the contact archived in Xero since",
        reason="voided_in_target",
    ),
    kind("missing_locked_period", "1060", "sent, absent, in the locked period", reason="sent_not_in_target"),
    kind("number_repeats_in_source", "1085 1170", "two invoices each", reason="number_repeats_in_source"),
    kind("reference_repeats_in_target", "1111 1219 1338", "two live copies each", reason="reference_repeats_in_target"),
    kind(
        "not_in_source",
        "0977 0998 CASH-SALE (blank)",
        "live in Xero only; one bears no reference",
        reason="not_in_source",
    ),
    kind("voided_and_copied_again", "1027 1078 1145 1233 1311", "a voided twin beside the live copy; agrees"),
    kind("reference_spelling", "1103 1120 1131 1140", "the reference differs in case and spaces; agrees"),
    kind("paid_but_open", "1041 1092 1157 1202 1271", "paid in Invoice2go, open in Xero; payments do not travel"),
    kind("open_but_paid", "1066 1188", "paid through the bank in Xero, open in Invoice2go"),
    kind("due_date_alone", "1073 1244", "only the due date differs, and that one is derived from terms; agrees"),
    kind("unsent_but_in_target", "1127 1259", "copied by hand and never sent", fields="status"),
    kind("tax_rounding", "1032 1149 1262", "Xero rounds tax per line", cause="tax_rounding", fields="total tax"),
    kind("tax_rate", "1045 1209", "GST Free in Xero, GST in Invoice2go", cause="tax_rate", fields="total tax"),
    kind("discount", "1051 1177", "line discount lost in Xero", cause="discount", fields=f"{AMOUNTS} lines"),
    kind("line_missing", "1057 1230", "last line lost in Xero", cause="line_missing", fields=f"{AMOUNTS} lines"),
    kind("line_extra", "1063 1248", "line added in Xero", cause="line_extra", fields=f"{AMOUNTS} lines"),
    kind("quantity", "1069 1284", "quantity edited in Xero", cause="quantity", fields=f"{AMOUNTS} lines"),
    kind("price", "1081 1293", "price edited in Xero", cause="price", fields=f"{AMOUNTS} lines"),
    kind(
        "inclusive_exclusive",
        "1088 1303",
        "prices without GST taken as prices with GST",
        cause="inclusive_exclusive",
        fields=AMOUNTS,
    ),
    kind("surcharge", "1096 1314", "card surcharge added as a line", cause="surcharge", fields="total subtotal lines"),
    kind("unknown", "1107 1322", "tax overtyped in Xero, lines untouched", cause="unknown", fields="total tax"),
    kind("lines_only", "1115", "quantity and price edited, amount the same", fields="lines"),
    kind("currency", "1124", "NZD in Invoice2go, the same figures in AUD in Xero", fields="currency"),
    kind("date", "1137 1329", "invoice date edited in Xero", fields="date"),
    kind("due_date", "1153 1335", "both dates edited in Xero", fields="date due_date"),
    kind("contact", "1166 1350", "another contact in Xero", fields="contact"),
)
KIND_OF = MappingProxyType({number: planted.name for planted in KINDS for number in planted.numbers})

# How many of each; for the two repeating kinds a count of groups, not of invoices.
PLANTED: Mapping[str, int] = MappingProxyType(
    {
        "sent_not_in_target": 12,
        "not_sent": 6,
        "paid_not_sent": 2,
        "voided_in_target": 3,
        "deleted_in_target": 2,
        "does_not_add_up": 2,
        "negative_or_zero_total": 2,
        "missing_unsubscribed_currency": 3,
        "missing_archived_contact": 1,
        "missing_locked_period": 1,
        "number_repeats_in_source": 2,
        "reference_repeats_in_target": 3,
        "not_in_source": 4,
        "voided_and_copied_again": 5,
        "reference_spelling": 4,
        "paid_but_open": 5,
        "open_but_paid": 2,
        "due_date_alone": 2,
        "unsent_but_in_target": 2,
        "tax_rounding": 3,
        "tax_rate": 2,
        "discount": 2,
        "line_missing": 2,
        "line_extra": 2,
        "quantity": 2,
        "price": 2,
        "inclusive_exclusive": 2,
        "surcharge": 2,
        "unknown": 2,
        "lines_only": 1,
        "currency": 1,
        "date": 2,
        "due_date": 2,
        "contact": 2,
    }
)

# Invoices made by copying another and keeping its number, by the position they would have had.
COPIED_NUMBERS = MappingProxyType({1086: "HT-1085", 1171: "HT-1170"})
# Converted estimates keep the estimate's date: days before the date they were made.
ESTIMATE_DAYS = MappingProxyType({1184: 45, 1235: 62, 1356: 38})
CLIENT_OF = MappingProxyType(
    {
        "HT-1018": "Gannet & Sons (closed)",
        "HT-1044": "Gannet & Sons (closed)",
        "HT-1266": "Gannet & Sons (closed)",
        "HT-1124": "Otago Fitout Ltd",
        "HT-1212": "Otago Fitout Ltd",
        "HT-1276": "Otago Fitout Ltd",
        "HT-1354": "Otago Fitout Ltd",
        "HT-1207": "QUAYSIDE MEDIA",
        "HT-1251": "Jo Brindle",
        "HT-1288": "Kestrel Lane Dental",
        "HT-1333": "Ashgrove Body Corporate",
        "HT-1397": "M. Delacroix-Webb",
    }
)
NOT_IN_XERO = frozenset(
    "sent_not_in_target not_sent paid_not_sent does_not_add_up negative_or_zero_total missing_unsubscribed_currency "
    "missing_locked_period not_in_source".split()
)
