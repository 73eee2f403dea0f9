"""Saves the pipeline as MLflow's scoring server takes it: `python -m benchmarks.peers.mlflow_model FOLDER`."""

import shutil
import sys

import mlflow.sklearn

from models.artefact import load_artefact

TYPES = ["models.encoder.SentenceEncoder", "models.head.StatementHead"]

if __name__ == "__main__":
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    mlflow.sklearn.save_model(
        load_artefact().pipeline, sys.argv[1], pyfunc_predict_fn="predict_proba", skops_trusted_types=TYPES
    )
