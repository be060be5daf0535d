"""Data in the forms that others read: Parquet for the Hub, JSON Lines for trainers."""
