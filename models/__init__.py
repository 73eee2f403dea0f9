"""What the model is: labels, sentence splitting, features, pipeline, artefact."""
