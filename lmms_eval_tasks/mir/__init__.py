"""The tasks over MIR: thin YAML files over the functions of `utils.py`."""
