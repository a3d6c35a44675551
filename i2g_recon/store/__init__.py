"""The workspace: the only package that speaks to the database."""
