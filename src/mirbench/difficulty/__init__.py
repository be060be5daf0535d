"""Difficulty labels: a question is easy if a model answers it right at least 7 times in 10."""
