"""Motion Detection: what has moved, when the camera has moved too?"""
