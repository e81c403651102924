"""City packs, address index and network import."""
