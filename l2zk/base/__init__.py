"""The ground floor: field, sentences, arguments, caches, the process's limits, and the guard round foreign code."""
