"""The workspace: the only package that speaks to the database.

`workspace.open_store(settings)` gives the Store, `outbox.Outbox(store)` the write-ahead journal of pushes. What goes in
and comes out are the frozen records of `records` and of core; table rows stay inside.
"""
