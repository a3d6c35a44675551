"""Tax rates of five countries as text tables, with rates that Xero still lists although they are deleted.

Columns: tax type, name, percent, may be used on (A assets, E equity, X expenses, L liabilities, R revenue), report tax
type, status. Blank report type: Xero gives none. Where no public text settles a code it says so below.
"""

from __future__ import annotations

from dataclasses import dataclass

AUSTRALIA = """
OUTPUT         | GST on Income          | 10  | AELR  | OUTPUT         | ACTIVE
EXEMPTOUTPUT   | GST Free Income        | 0   | AELR  | EXEMPTOUTPUT   | ACTIVE
EXEMPTEXPORT   | GST Free Exports       | 0   | R     | EXEMPTEXPORT   | ACTIVE
INPUTTAXED     | Input Taxed            | 0   | AEXLR | INPUTTAXED     | ACTIVE
BASEXCLUDED    | BAS Excluded           | 0   | AEXLR | BASEXCLUDED    | ACTIVE
INPUT          | GST on Expenses        | 10  | AEXL  | INPUT          | ACTIVE
EXEMPTEXPENSES | GST Free Expenses      | 0   | AEXL  | EXEMPTEXPENSES | ACTIVE
CAPEXINPUT     | GST on Capital         | 10  | AEXL  | CAPEXINPUT     | ACTIVE
EXEMPTCAPITAL  | GST Free Capital       | 0   | AEXL  | EXEMPTCAPITAL  | ACTIVE
GSTONIMPORTS   | GST on Imports         | 0   | L     | GSTONIMPORTS   | ACTIVE
GSTONCAPIMPORTS| GST on Capital Imports | 0   | L     | GSTONCAPIMPORTS| ACTIVE
"""
NEW_ZEALAND = """
OUTPUT2        | 15% GST on Income      | 15  | AELR  | OUTPUT         | ACTIVE
ZERORATED      | Zero Rated             | 0   | LR    | ZERORATED      | ACTIVE
NONE           | No GST                 | 0   | AEXLR | NONE           | ACTIVE
INPUT2         | 15% GST on Expenses    | 15  | AEXL  | INPUT          | ACTIVE
GSTONIMPORTS   | GST on Imports         | 0   | L     | GSTONIMPORTS   | ACTIVE
OUTPUT         | 12.5% GST on Income    | 12.5| AELR  | OUTPUT         | DELETED
INPUT          | 12.5% GST on Expenses  | 12.5| AEXL  | INPUT          | DELETED
"""
UNITED_KINGDOM = """
OUTPUT2        | 20% (VAT on Income)    | 20  | AELR  | OUTPUT         | ACTIVE
RROUTPUT       | 5% (VAT on Income)     | 5   | AELR  | RROUTPUT       | ACTIVE
ZERORATEDOUTPUT| Zero Rated Income      | 0   | AELR  | ZERORATEDOUTPUT| ACTIVE
EXEMPTOUTPUT   | Exempt Income          | 0   | AELR  | EXEMPTOUTPUT   | ACTIVE
ECZROUTPUT     | Zero Rated EC Goods Income    | 0  | R  | ECOUTPUT  | ACTIVE
ECZROUTPUTSERVICES | Zero Rated EC Services    | 0  | R  | ECOUTPUTSERVICES | ACTIVE
NONE           | No VAT                 | 0   | AEXLR | NONE           | ACTIVE
INPUT2         | 20% (VAT on Expenses)  | 20  | AEXL  | INPUT          | ACTIVE
RRINPUT        | 5% (VAT on Expenses)   | 5   | AEXL  | RRINPUT        | ACTIVE
ZERORATEDINPUT | Zero Rated Expenses    | 0   | AEXL  | ZERORATEDINPUT | ACTIVE
EXEMPTINPUT    | Exempt Expenses        | 0   | AEXL  | EXEMPTINPUT    | ACTIVE
CAPEXINPUT2    | 20% (VAT on Capital Purchases) | 20 | AEXL | CAPEXINPUT | ACTIVE
SROUTPUT       | 17.5% (VAT on Income)  | 17.5| AELR  | SROUTPUT       | DELETED
SRINPUT        | 17.5% (VAT on Expenses)| 17.5| AEXL  | SRINPUT        | DELETED
"""
# Which code South Africa's 15 % has is not settled in public; OUTPUT3 is the likelier one.
SOUTH_AFRICA = """
OUTPUT3        | Standard Rate Sales    | 15  | AELR  | OUTPUT         | ACTIVE
ZERORATEDOUTPUT| Zero Rate              | 0   | AELR  | ZERORATEDOUTPUT| ACTIVE
EXEMPTOUTPUT   | Exempt and Non-Supplies| 0   | AELR  | EXEMPTOUTPUT   | ACTIVE
NONE           | No VAT                 | 0   | AEXLR | NONE           | ACTIVE
INPUT3         | Standard Rate Purchases| 15  | AEXL  | INPUT          | ACTIVE
EXEMPTINPUT    | Exempt Purchases       | 0   | AEXL  | EXEMPTINPUT    | ACTIVE
OUTPUT         | Old Standard Rate Sales| 14  | AELR  | OUTPUT         | DELETED
INPUT          | Old Standard Rate Purchases | 14 | AEXL | INPUT      | ACTIVE
"""
UNITED_STATES = """
OUTPUT         | Tax on Sales           | 0   | AELR  |                | ACTIVE
INPUT          | Tax on Purchases       | 0   | AEXL  |                | ACTIVE
NONE           | Tax Exempt             | 0   | AEXLR |                | ACTIVE
"""


@dataclass(frozen=True, slots=True)
class RateRow:
    """One tax rate as its table gives it; percent is plain decimal text."""

    tax_type: str
    name: str
    percent: str
    used_on: str
    report_tax_type: str
    status: str


def rate_rows(text: str) -> list[RateRow]:
    """The rows of a table above."""
    return [RateRow(*(cell.strip() for cell in line.split("|"))) for line in text.strip().splitlines()]
