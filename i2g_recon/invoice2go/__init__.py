"""Invoice2go export files in."""
