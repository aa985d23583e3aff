"""The words the project thinks in: frozen, free of numbers libraries, importable from every room."""
