"""The pure customer domain: parties, service, charges, policy packs, the ledger's rules. Values in, values out."""
