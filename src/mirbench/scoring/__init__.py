"""Scoring: responses -> numbers with their uncertainty, and the pages that show them."""
