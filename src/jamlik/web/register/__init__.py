"""The app `register`: laws, governing documents with versions, themes."""
