"""Cooking Process: in which order were these photographs of the kitchen taken?"""
