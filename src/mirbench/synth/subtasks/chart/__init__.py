"""Chart Analysis: who comes out first, over several charts?"""
