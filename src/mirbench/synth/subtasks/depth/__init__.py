"""Depth Relationship: which hot-air balloon is closest?"""
