"""Datasets: what there is, the query that is approved, the file that is written, and the gate."""
