"""The script that the server runs for every visitor; see `router`."""

from i2g_recon.web.router import show

show()
