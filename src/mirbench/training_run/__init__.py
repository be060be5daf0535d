"""What of a training run needs no torch: its fields, its log and plot, its checkpoints."""
