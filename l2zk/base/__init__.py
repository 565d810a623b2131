"""The ground floor: the field, words for sentences, arguments, caches, limits of the process, the wall round foreign code."""
