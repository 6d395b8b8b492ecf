"""What stands behind ``./dev``: one module for each thing that has to be there."""
