"""What a customer is given on paper: statements, receipts and letters, described once and rendered as HTML and PDF."""
