"""The one pretend Xero: a real HTTP server for the demo and the tests."""
