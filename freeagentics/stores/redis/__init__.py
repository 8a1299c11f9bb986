"""The store in Redis 6.2 or newer (extra ``redis``): one server, a cluster, or shards of servers that know nothing of each other."""
