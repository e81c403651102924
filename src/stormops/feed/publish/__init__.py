"""The public tree: the public map as files that outlive their origin."""
