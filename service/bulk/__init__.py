"""Whole corpora, files in and files out: the model served without HTTP."""
