"""Results in words, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from i2g_recon.core.money import money_text

if TYPE_CHECKING:  # the commands import these when they run, so that --help stays quick
    from i2g_recon.core.plan import PushCommand
    from i2g_recon.jobs.import_export import ImportReport
    from i2g_recon.jobs.plan import PlanView
    from i2g_recon.jobs.push_report import PushReport
    from i2g_recon.jobs.setup_steps import SetupView
    from i2g_recon.jobs.undo import UndoPlan

VERDICTS = {
    "all_clear": "All clear: every invoice agrees.",
    "needs_a_person": "Something needs you.",
    "nothing_compared": "Nothing was compared: one side or the chosen period is empty.",
    "red": "The bridge does not close. Do not rely on this run; please report it.",
}


def run_words(document: Mapping[str, Any]) -> str:
    """Verdict, counts, bridge and the items that are not in order."""
    from i2g_recon.core.reasons import REASONS

    counts = document["counts"]
    lines = [VERDICTS[document["verdict"]], "  ".join(f"{name.replace('_', ' ')} {counts[name]}" for name in counts)]
    for total in document["totals"]:
        lines.append(f"\nInvoice2go {total['source']:>16} {total['currency']}")
        lines += [
            f"  {step['amount']:>20}  {REASONS.get(step['reason'], step['reason'])} ({step['count']})"
            for step in total["bridge"]
        ]
        lines.append(f"Xero       {total['target']:>16} {total['currency']}   unexplained {total['unexplained']}")
    lines += ["\nWhat to fix first"] if document["root_causes"] else []
    lines += [f"{cause_words(cause)}\n{'':<8}{cause['remedy']}" for cause in document["root_causes"]]
    open_items = [item for item in document["items"] if item["bucket"] in ("missing", "differs", "ambiguous", "extra")]
    lines += ["", *(item_words(item) for item in open_items)]
    return "\n".join(lines)


def cause_words(cause: Mapping[str, Any]) -> str:
    """What is wrong with how many exceptions, and their money."""
    amounts = ", ".join(f"{one['amount']} {one['currency']}" for one in cause["amounts"])
    return f"{cause['exceptions']:>6}  {cause['words']}" + (f" ({amounts})" if amounts else "")


def item_words(item: Mapping[str, Any]) -> str:
    """One item in a line."""
    total = item["source_total"] or item["target_total"] or ""
    differences = ", ".join(f"{one['field']} {one['source']} / {one['target']}" for one in item["discrepancies"])
    number = item["number"] or item["reference"] or "(no number)"
    return f"{item['bucket']:<10} {number:<16} {total:>12} {item['currency']}  {differences or item['reason']}"


def import_words(report: ImportReport) -> str:
    """What each file brought, its row errors, and what the workspace now holds."""
    lines = []
    for file in report.files:
        totals = ", ".join(money_text(minor, currency) for currency, minor in file.totals)
        known = " (imported before, nothing new)" if file.repeated else ""
        lines.append(
            f"{file.name}: {file.rows} rows, {file.accepted} accepted, {file.refused} refused; {totals}{known}"
        )
        lines += [
            f"  row {one.row}, {one.column}: '{one.value}': {one.problem} {one.remedy}" for one in file.row_errors
        ]
        lines += [f"  {note}" for note in file.notes]
    lines.append(f"The workspace now holds {report.invoices} Invoice2go invoices.")
    if report.no_longer_exported:
        lines.append(f"{report.no_longer_exported} of them are no longer in the newest export.")
    return "\n".join(lines)


def plan_words(view: PlanView) -> str:
    """Counts and money, then each invoice with its light."""
    lines = [f"{view.summary.create} to create, {view.summary.hold} held, {view.summary.new_contacts} new contacts"]
    lines += [
        f"  {one.currency}: create {one.create} for {money_text(one.create_minor, one.currency)}, "
        f"hold {one.hold} for {money_text(one.hold_minor, one.currency)}"
        for one in view.summary.currencies
    ]
    if view.month:
        lines.append(f"  {view.month.words()}")
    for command, verdict in zip(view.commands, view.verdicts, strict=True):
        standing = view.standing.get(command.source_id)
        words = f"already {standing.state}" if standing else " ".join([*verdict.sentences, verdict.remedy]).strip()
        total = money_text(command.total_minor, command.currency)
        lines.append(f"{verdict.colour:<6} {command.number:<16} {total:>18}  {words}")
    return "\n".join(lines)


def change_words(commands: Sequence[PushCommand]) -> str:
    """What would happen to each invoice that differs."""
    actions = {"update": "change", "replace": "void and copy again as", "hold": "held"}
    lines = []
    for one in commands:
        what = f"{actions[one.action]} {one.invoice_number}" if one.action == "replace" else actions[one.action]
        words = f"{one.message} {one.remedy}".strip() if one.action == "hold" else "; ".join(one.changes)
        lines.append(f"{one.number:<16} {what:<40} {words}")
    return "\n".join(lines) or "No invoice differs."


def undo_words(planned: UndoPlan) -> str:
    """What of a push can be taken back, and why the rest stays."""
    lines = [f"{len(planned.possible)} of {len(planned.invoices)} can be taken back."]
    for one in planned.invoices:
        total = money_text(one.command.total_minor, one.command.currency)
        lines.append(f"{one.action or 'stays':<7} {one.command.number:<16} {total:>18}  {one.words}")
    return "\n".join(lines)


def push_words(report: PushReport) -> str:
    """Counts, then each invoice with its outcome."""
    document = report.to_dict()
    lines = [f"push {document['push']}"] if document["push"] else []
    lines.append("  ".join(f"{name} {count}" for name, count in document["counts"].items()))
    for one in document["results"]:
        words = " ".join([*one["messages"], one["remedy"]]).strip()
        lines.append(f"{one['state']:<10} {one['number']:<16} {one['xero_invoice_number']:<16} {words}".rstrip())
    return "\n".join(lines)


def setup_words(view: SetupView) -> str:
    """The choices and what is missing."""
    setup = view.setup
    lines = [
        f"Organisation     {view.organisation.name} ({view.organisation.base_currency})",
        f"Revenue account  {setup.revenue_account or 'not chosen'}",
        *(f"  for item {key:<18} {account}" for key, account in setup.item_accounts.items()),
        *(f"  for client {key:<16} {account}" for key, account in setup.client_accounts.items()),
        f"Invoices arrive  {setup.status}",
        f"Automatic export {'on' if setup.auto_export else 'off'}",
        f"Rounding line    up to {setup.rounding_minor} cents" if setup.rounding_minor else "Rounding line    none",
        f"Taxes confirmed  {'yes' if setup.taxes_confirmed else 'no'}",
        f"Currency checked {'yes' if setup.currency_confirmed else 'no'}",
        f"Completed        {'yes' if setup.completed else 'no'}",
    ]
    lines += [
        f"Tax {row.tax.key} -> {row.tax_type or 'not mapped'} ({row.tax.invoices} invoices)" for row in view.taxes
    ]
    lines += [f"Missing: {sentence}" for sentence in view.missing]
    lines += [f"Note: {sentence}" for sentence in view.warnings]
    return "\n".join(lines)


def setup_document(view: SetupView) -> dict[str, Any]:
    """The set-up as a JSON document."""
    setup = view.setup
    return {
        "schema": 1,
        "organisation": {"name": view.organisation.name, "tenant_id": view.organisation.tenant_id},
        "revenue_account": setup.revenue_account,
        "status": setup.status,
        "auto_export": setup.auto_export,
        "rounding_minor": setup.rounding_minor,
        "tax_map": dict(setup.tax_map),
        "item_accounts": dict(setup.item_accounts),
        "client_accounts": dict(setup.client_accounts),
        "taxes_confirmed": setup.taxes_confirmed,
        "currency_confirmed": setup.currency_confirmed,
        "completed": setup.completed,
        "missing": list(view.missing),
        "warnings": list(view.warnings),
    }


def drift_words(document: Mapping[str, Any]) -> str:
    """What moved the control totals, then each changed field and each invoice that stands elsewhere."""
    lines = [f"From run {document['before']} to run {document['after']}", *document["notes"]]
    sides = {"source": "Invoice2go", "target": "Xero"}
    for total in document["totals"]:
        lines.append(f"\n{sides[total['side']]:<10} {total['before']:>16} {total['currency']}")
        lines += [f"  {total[kind]:>20}  {kind}" for kind in ("appeared", "vanished", "changed") if moved(total[kind])]
        lines.append(f"{'':<10} {total['after']:>16} {total['currency']}")
    for one in document["changes"]:
        was, now = (one[name] or "nothing" for name in ("before", "after"))
        what = f"{one['field'].replace('_', ' ')} {was} -> {now}" if one["kind"] == "changed" else f"{was} -> {now}"
        lines.append(f"{sides[one['side']]:<10} {one['kind']:<8} {one['number'] or one['reference']:<16} {what}")
    lines += [
        f"{sides[one['side']]:<10} {'moved':<8} {one['number']:<16} "
        f"{one['bucket_before'] or 'not there'} -> {one['bucket_after'] or 'not there'}"
        for one in document["moves"]
    ]
    if not document["changes"] and not document["moves"]:
        lines.append("\nNothing changed on either side.")
    return "\n".join(lines)


def moved(amount: str) -> bool:
    """Whether an amount is not nothing."""
    return amount.strip("-0.") != ""


def selftest_words(document: Mapping[str, Any]) -> str:
    """Verdict, then one line a kind, with what was missed or said for nothing."""
    verdict = (
        "Every planted error was noticed, and nothing else was said."
        if document["passed"]
        else "Not everything went as it should: see what was missed or said for nothing."
    )
    lines = [verdict, f"Planted in {document['pairs']:,} invoices that agree; your books were not changed.", ""]
    for kind in document["kinds"]:
        found = f"{kind['caught']} of {kind['planted']} noticed" if kind["planted"] else "not possible in these books"
        lines.append(f"{kind['words']:<56} {found}")
        lines += [f"    missed: {', '.join(kind['missed'])}"] if kind["missed"] else []
        lines += [f"    said for nothing: {', '.join(kind['false_alarms'])}"] if kind["false_alarms"] else []
    return "\n".join(lines)
