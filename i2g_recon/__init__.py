"""i2g-recon: every Invoice2go invoice in Xero, exactly once and right to the cent."""

__version__ = "0.1.0"
