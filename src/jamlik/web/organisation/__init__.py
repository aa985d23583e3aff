"""The municipality's own tree, its people and what their roles let them do."""
