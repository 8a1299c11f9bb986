"""Records of runs in stores: what goes there, and the threads that bring it."""
