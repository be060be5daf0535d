"""Weight Comparison: which way does the balance tip?"""
