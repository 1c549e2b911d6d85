"""Scenarios: when queries are sent. They know a query as a function to call, never what answers it."""
