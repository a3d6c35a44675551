"""The router, the HTTP routes and the shared parts of the pages."""
