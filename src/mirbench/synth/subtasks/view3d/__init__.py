"""3D View: how many blocks can there be, when seen from two sides and from above?"""
