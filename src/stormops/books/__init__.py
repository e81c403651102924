"""The books: accounts, journals and audit in SQL, SQLite for one machine and PostgreSQL for several. See `store`."""
