"""Speed Comparison: which vehicle was faster?"""
