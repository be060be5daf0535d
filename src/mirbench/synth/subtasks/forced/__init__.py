"""Forced Perspective: which is really taller, of things that look equally tall?"""
