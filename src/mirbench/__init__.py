"""mirbench: the software to work with MIR, the multi-image interleaved reasoning benchmark.

Load it, label its difficulty, train on it from easy to hard, score a model on it, submit the score,
and make fresh MIR questions that no model has seen. Start at `mirbench --help`, or at
`import mirbench_hf`, which lets `datasets.load_dataset("mirbench")` find it.
"""

__version__ = "0.1.0"
