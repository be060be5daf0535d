"""Submissions of scores, and the board that shows them."""
