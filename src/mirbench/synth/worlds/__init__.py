"""What the puzzles are about: frozen descriptions of scenes, and the photographs taken of them."""
