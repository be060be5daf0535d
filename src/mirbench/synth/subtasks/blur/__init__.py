"""Scale Blur: which of the stones is the largest?"""
