"""One folder for each format of models: how it is published and how it is loaded."""
