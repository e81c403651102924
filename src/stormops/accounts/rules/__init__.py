"""The field's rules, one subject a module: terms (what a policy says), what is given, and the rule."""
