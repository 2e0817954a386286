"""Risk stratification and protocol lookup for acute lymphoblastic leukemia."""

__version__ = "0.1.0"
