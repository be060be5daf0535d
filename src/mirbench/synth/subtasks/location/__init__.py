"""Location Relationship: where is it, seen from somewhere else?"""
