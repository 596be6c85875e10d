"""The settings page: everything that can be chosen, and what the model runs on."""
