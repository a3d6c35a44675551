"""Invoice2go export files in: bytes of a zip or csv become the source side's frames, row errors and notes."""
