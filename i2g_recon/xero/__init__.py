"""The only package that speaks to Xero."""
