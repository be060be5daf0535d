"""YES, BUT: who says one thing and does another?"""
