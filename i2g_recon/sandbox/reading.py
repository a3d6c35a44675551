"""The reading endpoints: settings, contacts and invoices, as lists, pages or by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from i2g_recon.sandbox import contacts, ledger, roles, wire
from i2g_recon.sandbox.answer import Answer, Refused, bad_request, not_found
from i2g_recon.sandbox.call import Call
from i2g_recon.sandbox.filters import Clause, Column, UnreadableFilter, order_clause, where_clause
from i2g_recon.sandbox.records import by_id

BODY = "json_extract(body, '$.{0}')"
SETTINGS = {
    "organisation": ("organisation", "Organisations", ()),
    "currencies": ("currency", "Currencies", ("Code", "Description")),
    "accounts": (
        "account",
        "Accounts",
        tuple("AccountID Code Name Type Class Status TaxType SystemAccount CurrencyCode ReportingCode".split()),
    ),
    "taxrates": ("tax rate", "TaxRates", ("Name", "TaxType", "Status", "ReportTaxType", "CanApplyToRevenue")),
}


def settings(call: Call) -> Answer:
    """Organisation, Currencies, Accounts or TaxRates."""
    kind, resource, names = SETTINGS[call.segments[0]]
    fields = {name.lower(): Column(f"lower({BODY.format(name)})") for name in names}
    fields["updateddateutc"] = Column("updated_ms", "moment")
    for name in names:
        if name.startswith("CanApplyTo"):
            fields[name.lower()] = Column(BODY.format(name), "flag")
    conditions = [Clause("kind = ?", (kind,)), *filtered(call, fields, resource)]
    return call.ok(resource, [row["body"] for row in select(call, "body", "documents", conditions, fields, resource)])


def account(call: Call) -> Answer:
    """One account by id."""
    found = call.books.account(account_id=call.segments[1])
    return not_found() if found is None else call.ok("Accounts", [wire.dump(found)])


def actions(call: Call) -> Answer:
    """What the person may do in this organisation."""
    return call.ok("Actions", [wire.dump(one) for one in roles.actions(call.state, call.tenant_id)])


def contact_list(call: Call) -> Answer:
    """Contacts; archived ones only with includeArchived or when named by id."""
    conditions = filtered(call, contacts.FIELDS, "Contact")
    if call.listed("ids"):
        conditions.append(one_of("contact_id", [value.lower() for value in call.listed("ids")]))
    elif not call.flag("includearchived"):
        conditions.append(Clause("status = ?", ("ACTIVE",)))
    if term := call.query.get("searchterm"):
        conditions.append(Clause("instr(search_key, ?) > 0", (term.casefold(),)))
    rows, pagination = paged(call, "body", "contacts", conditions, contacts.FIELDS, "Contact")
    return call.ok("Contacts", [row["body"] for row in rows], pagination)


def contact(call: Call) -> Answer:
    """One contact by id."""
    found = call.books.contact(call.segments[1])
    return not_found() if found is None else call.ok("Contacts", [wire.dump(found)])


def invoice_list(call: Call) -> Answer:
    """Invoices: with lines when paged, without them as a list or under summaryOnly."""
    conditions = [*filtered(call, ledger.FIELDS, "Invoice"), *_invoice_parameters(call)]
    columns = "summary" if call.flag("summaryonly") else "head" if call.page() is None else "head, lines"
    rows, pagination = paged(call, columns, "invoices", conditions, ledger.FIELDS, "Invoice")
    with_lines = columns == "head, lines"
    return call.ok("Invoices", [ledger.full_text(row) if with_lines else row[0] for row in rows], pagination)


def _invoice_parameters(call: Call) -> list[Clause]:
    found = []
    for parameter, column in (("ids", "invoice_id"), ("invoicenumbers", "number_key"), ("contactids", "contact_id")):
        if values := call.listed(parameter):
            found.append(one_of(column, [value.casefold() for value in values]))
    if statuses := call.listed("statuses"):
        found.append(one_of("status", [value.upper() for value in statuses]))
    if call.flag("createdbymyapp"):
        found.append(Clause("created_by = ?", (call.client_id,)))
    if term := call.query.get("searchterm"):
        clause = "(instr(coalesce(number_key, ''), ?) > 0 OR instr(coalesce(reference_key, ''), ?) > 0)"
        found.append(Clause(clause, (term.casefold(),) * 2))
    return found


def invoice(call: Call) -> Answer:
    """One invoice by id or by its number."""
    found = ledger.find(call.state, call.tenant_id, call.segments[1])
    found = found or ledger.find_numbered(call.state, call.tenant_id, call.segments[1])
    if found is None:
        return not_found()
    full = call.books.contact(found["Contact"]["ContactID"]) or found["Contact"]
    return call.ok("Invoices", [wire.dump(by_id(found, full))])


def history(call: Call) -> Answer:
    """The notes of one invoice, latest first."""
    if ledger.find(call.state, call.tenant_id, call.segments[1]) is None:
        return not_found()
    query = "SELECT body FROM history WHERE tenant_id = ? AND document_id = ? ORDER BY position DESC"
    rows = call.state.rows(query, call.tenant_id, call.segments[1].lower())
    return call.ok("HistoryRecords", [row["body"] for row in rows])


def filtered(call: Call, fields: Mapping[str, Column], resource: str) -> list[Clause]:
    """`where` and If-Modified-Since as clauses. Raises Refused for a filter that cannot be read."""
    found = []
    if text := call.query.get("where", "").strip():
        try:
            found.append(where_clause(text, fields, resource))
        except UnreadableFilter as problem:
            raise Refused(bad_request(16, "QueryParseException", str(problem))) from problem
    since_ms = call.modified_since_ms()
    return found if since_ms is None else [*found, Clause("updated_ms >= ?", (since_ms,))]


def one_of(column: str, values: list[str]) -> Clause:
    """The column is one of the values."""
    return Clause(f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def paged(
    call: Call, columns: str, table: str, conditions: list[Clause], fields: Mapping[str, Column], resource: str
) -> tuple[list[Any], wire.Json | None]:
    """The rows of the asked-for page and its `pagination`; all rows and None when the call does not page."""
    page = call.page()
    if page is None:
        return select(call, columns, table, conditions, fields, resource), None
    number, size = page
    count = int(select(call, "count(*)", table, conditions, {}, resource)[0][0])
    rows = select(call, columns, table, conditions, fields, resource, (size, (number - 1) * size))
    return rows, {"page": number, "pageSize": size, "pageCount": -(-count // size), "itemCount": count}


def select(
    call: Call,
    columns: str,
    table: str,
    conditions: list[Clause],
    fields: Mapping[str, Column],
    resource: str,
    window: tuple[int, int] | None = None,
) -> list[Any]:
    """Rows of one table of this organisation, in the asked-for order, else in the order they came.

    Columns and table are this module's own words; whatever the call brings goes in as a parameter.
    """
    try:
        order = order_clause(call.query.get("order", ""), fields, resource) if fields else ""
    except UnreadableFilter as problem:
        raise Refused(bad_request(16, "QueryParseException", str(problem))) from problem
    everything = [Clause("tenant_id = ?", (call.tenant_id,)), *conditions]
    sql = f"SELECT {columns} FROM {table} WHERE {' AND '.join(clause.sql for clause in everything)}"  # noqa: S608 - see docstring
    sql += f" ORDER BY {order + ', ' if order else ''}position" if fields else ""
    parameters = [value for clause in everything for value in clause.parameters]
    if window is not None:
        sql, parameters = f"{sql} LIMIT ? OFFSET ?", [*parameters, *window]
    return call.state.rows(sql, *parameters)
