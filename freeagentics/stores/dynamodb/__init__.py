"""The store in Amazon DynamoDB (extra ``aws``): seed 002's tables, paid by request, shared by any number of processes."""
