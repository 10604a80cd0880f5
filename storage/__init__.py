"""What is true in PostgreSQL: schema and migrations, the batch writer, named queries, the rows of the registry."""
