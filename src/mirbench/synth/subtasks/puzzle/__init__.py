"""Image Puzzle: where does the road lead, once the pieces lie side by side?"""
