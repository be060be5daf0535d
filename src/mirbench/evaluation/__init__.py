"""Evaluation: what each task asks, and runs of lmms-eval that survive being killed."""
