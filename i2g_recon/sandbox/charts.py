"""Charts of accounts as text tables: Xero's standard chart, and the United States' one, where 200 is a payable.

Columns: code, name, type, class, default tax, marks. Default tax is a role that each country fills with its own code:
`sales`, `purchases`, `none`. Marks: a system account's name in capitals, `payments` for an account that takes payments.
"""

from __future__ import annotations

from dataclasses import dataclass

STANDARD = """
090 | Business Bank Account             | BANK       | ASSET     | none      |
091 | Business Savings Account          | BANK       | ASSET     | none      |
200 | Sales                             | SALES      | REVENUE   | sales     |
260 | Other Revenue                     | REVENUE    | REVENUE   | sales     |
270 | Interest Income                   | REVENUE    | REVENUE   | none      |
310 | Cost of Goods Sold                | DIRECTCOSTS| EXPENSE   | purchases |
320 | Direct Wages                      | DIRECTCOSTS| EXPENSE   | none      |
325 | Direct Expenses                   | DIRECTCOSTS| EXPENSE   | purchases |
400 | Advertising                       | OVERHEADS  | EXPENSE   | purchases |
404 | Bank Fees                         | OVERHEADS  | EXPENSE   | none      |
412 | Consulting & Accounting           | OVERHEADS  | EXPENSE   | purchases |
416 | Depreciation                      | DEPRECIATN | EXPENSE   | none      |
420 | Entertainment                     | OVERHEADS  | EXPENSE   | purchases |
425 | Freight & Courier                 | OVERHEADS  | EXPENSE   | purchases |
429 | General Expenses                  | OVERHEADS  | EXPENSE   | purchases |
433 | Insurance                         | OVERHEADS  | EXPENSE   | purchases |
437 | Interest Expense                  | OVERHEADS  | EXPENSE   | none      |
441 | Legal expenses                    | OVERHEADS  | EXPENSE   | purchases |
445 | Light, Power, Heating             | OVERHEADS  | EXPENSE   | purchases |
449 | Motor Vehicle Expenses            | OVERHEADS  | EXPENSE   | purchases |
461 | Printing & Stationery             | OVERHEADS  | EXPENSE   | purchases |
469 | Rent                              | OVERHEADS  | EXPENSE   | purchases |
473 | Repairs and Maintenance           | OVERHEADS  | EXPENSE   | purchases |
477 | Wages and Salaries                | OVERHEADS  | EXPENSE   | none      |
489 | Telephone & Internet              | OVERHEADS  | EXPENSE   | purchases |
493 | Travel - National                 | OVERHEADS  | EXPENSE   | purchases |
494 | Travel - International            | OVERHEADS  | EXPENSE   | none      |
610 | Accounts Receivable               | CURRENT    | ASSET     | none      | DEBTORS
620 | Prepayments                       | CURRENT    | ASSET     | none      |
630 | Inventory                         | INVENTORY  | ASSET     | none      |
710 | Office Equipment                  | FIXED      | ASSET     | purchases |
720 | Computer Equipment                | FIXED      | ASSET     | purchases |
800 | Accounts Payable                  | CURRLIAB   | LIABILITY | none      | CREDITORS
820 | {tax_name}                        | CURRLIAB   | LIABILITY | none      | GST
840 | Historical Adjustment             | CURRLIAB   | LIABILITY | none      | HISTORICAL
850 | Suspense                          | CURRLIAB   | LIABILITY | none      |
860 | Rounding                          | CURRLIAB   | LIABILITY | none      | ROUNDING
877 | Tracking Transfers                | CURRLIAB   | LIABILITY | none      | TRACKINGTRANSFERS
880 | Owner A Drawings                  | EQUITY     | EQUITY    | none      | payments
881 | Owner A Funds Introduced          | EQUITY     | EQUITY    | none      | payments
960 | Retained Earnings                 | EQUITY     | EQUITY    | none      | RETAINEDEARNINGS
970 | Owner A Share Capital             | EQUITY     | EQUITY    | none      | payments
"""

UNITED_STATES = """
090 | Checking Account                  | BANK       | ASSET     | none      |
091 | Savings Account                   | BANK       | ASSET     | none      |
120 | Accounts Receivable               | CURRENT    | ASSET     | none      | DEBTORS
130 | Prepayments                       | CURRENT    | ASSET     | none      |
140 | Inventory                         | INVENTORY  | ASSET     | none      |
150 | Office Equipment                  | FIXED      | ASSET     | none      |
200 | Accounts Payable                  | CURRLIAB   | LIABILITY | none      | CREDITORS
220 | {tax_name}                        | CURRLIAB   | LIABILITY | none      | GST
240 | Historical Adjustment             | CURRLIAB   | LIABILITY | none      | HISTORICAL
260 | Rounding                          | CURRLIAB   | LIABILITY | none      | ROUNDING
300 | Owner's Contribution              | EQUITY     | EQUITY    | none      | payments
310 | Owner's Draw                      | EQUITY     | EQUITY    | none      | payments
320 | Retained Earnings                 | EQUITY     | EQUITY    | none      | RETAINEDEARNINGS
400 | Sales                             | REVENUE    | REVENUE   | sales     |
460 | Interest Income                   | REVENUE    | REVENUE   | none      |
470 | Other Revenue                     | OTHERINCOME| REVENUE   | sales     |
500 | Cost of Goods Sold                | DIRECTCOSTS| EXPENSE   | purchases |
600 | Advertising                       | EXPENSE    | EXPENSE   | purchases |
604 | Bank Service Charges              | EXPENSE    | EXPENSE   | none      |
612 | Professional Fees                 | EXPENSE    | EXPENSE   | purchases |
628 | General Expenses                  | EXPENSE    | EXPENSE   | purchases |
632 | Insurance                         | EXPENSE    | EXPENSE   | none      |
648 | Rent                              | EXPENSE    | EXPENSE   | purchases |
652 | Repairs and Maintenance           | EXPENSE    | EXPENSE   | purchases |
668 | Wages and Salaries                | EXPENSE    | EXPENSE   | none      |
"""


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One account before a country has given it ids and tax codes."""

    code: str
    name: str
    type: str
    klass: str
    tax_role: str
    system_account: str
    takes_payments: bool


def chart(text: str, *, tax_name: str) -> list[ChartRow]:
    """The rows of a chart; `tax_name` names the tax control account (GST, VAT, Sales Tax)."""
    return [chart_row(line) for line in text.format(tax_name=tax_name).strip().splitlines()]


def chart_row(line: str) -> ChartRow:
    """One line of a table above."""
    code, name, kind, klass, role, mark = (cell.strip() for cell in line.split("|"))
    system_account = "" if mark == "payments" else mark
    return ChartRow(code, name, kind, klass, role, system_account, mark == "payments")
