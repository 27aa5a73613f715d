"""What several pages show: an answer, charts, tables, headings, thumbnails."""
