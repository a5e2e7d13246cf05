"""Drawings: frozen pictures in, SVG out, rendered here without a browser and without scripts."""
