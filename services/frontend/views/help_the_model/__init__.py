"""The page "Help the model": drawings whose label helps most, one after the other, and what the help changed."""
