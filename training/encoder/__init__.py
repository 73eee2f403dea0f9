"""Fine-tuning, distilling and exporting the sentence encoder (`make encoder`); needs the training dependencies."""
