"""The store in Amazon DynamoDB (extra ``aws``): tables paid by request, shared by any number of processes."""
