"""The benchmark of a migration: it migrates a history that others write to and read, and counts them."""

from benchmarks.storage.migration import measure_migration


def test_others_store_and_read_during_the_migration_and_none_of_them_fails() -> None:
    migrated = measure_migration(rows=2_000, timeout_s=30)
    assert migrated.requests > 0
    assert migrated.failed == 0
    assert 0 < migrated.longest_s < migrated.took_s
