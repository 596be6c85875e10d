"""A frame becomes an inspection: its health, its verdict by a recipe, and the line that does so without losing one."""
