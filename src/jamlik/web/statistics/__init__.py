"""The app `statistics`: indicators, data sets and imports, published results, findings."""
