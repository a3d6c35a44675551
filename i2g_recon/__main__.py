"""`python -m i2g_recon` is the same as `i2g-recon`."""

from i2g_recon.cli import main

main()
