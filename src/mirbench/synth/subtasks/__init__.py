"""A folder or module a subtask, which registers it: `mirbench.synth.registry` finds them here."""
