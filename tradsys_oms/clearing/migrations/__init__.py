"""Changes of the schema, in the order in which they happened; a file that was released is never edited."""
