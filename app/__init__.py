"""StripSight: the workstation. Stations along the way of the data, and one interface that looks at them."""

__version__ = "0.1.0"
