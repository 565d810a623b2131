"""Metrics: what has been done, counted and told in Prometheus' form."""
