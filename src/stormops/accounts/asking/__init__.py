"""What people ask for, and the commands that a city's rules make of it: amounts come with decisions, never typed."""
