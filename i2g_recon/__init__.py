"""i2g-recon: every Invoice2go invoice in Xero, exactly once and right to the cent.

    import i2g_recon as i2g
    source = i2g.read_invoice2go("export.zip")
    target = i2g.read_xero("SalesInvoices.csv")
    result = i2g.reconcile(source, target)

The names come from `i2g_recon.api` when they are first used, so that importing the package costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from i2g_recon.api import (
        Invoices,
        Organisation,
        Policy,
        Reconciliation,
        StoredRun,
        drift,
        frame,
        propose,
        read_invoice2go,
        read_run,
        read_xero,
        reconcile,
    )

__version__ = "0.1.0"
__all__ = [
    "Invoices",
    "Organisation",
    "Policy",
    "Reconciliation",
    "StoredRun",
    "__version__",
    "drift",
    "frame",
    "propose",
    "read_invoice2go",
    "read_run",
    "read_xero",
    "reconcile",
]


if not TYPE_CHECKING:  # a type checker reads the names above and shall see a misspelt one

    def __getattr__(name: str) -> Any:
        """A public name, fetched at its first use."""
        if name not in __all__:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
        from i2g_recon import api  # noqa: PLC0415 - pandas takes a second; who only asks for the version does not wait

        globals()[name] = getattr(api, name)
        return globals()[name]


def __dir__() -> list[str]:
    return sorted(__all__)
