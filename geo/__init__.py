"""The generated demo city: seeded, fictional, any size."""
