"""The page: the only service that calls two others, inference to read a drawing and storage to keep it."""
