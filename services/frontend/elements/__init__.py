"""Widgets that several pages use: an answer, charts, tables, headings, sentences, thumbnails."""
