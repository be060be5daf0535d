"""The trainer: the curriculum, in its order, whatever happens. See docs/training.md."""
