"""Everything that was ever read: found, corrected, deleted, downloaded."""
