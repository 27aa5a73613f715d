"""How well whole pages of numbers are read: composed pages, real grids and fields, and RapidOCR beside them."""
