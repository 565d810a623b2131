"""Programs as people write them: expressions, the builder `m`, the rules that refuse mistakes, and the definition."""
