"""The recipe of the demo's model: `python -m scripts.pretrain`."""
