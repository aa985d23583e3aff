"""The handbook's questions on the site: an analysis is written by several, checked, approved and followed up."""
