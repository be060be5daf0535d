"""Other trainers, each in an environment of its own, on what `mirbench export` writes for them."""
