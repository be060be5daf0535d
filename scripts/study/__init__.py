"""Does the curriculum help? `python -m scripts.study`."""
