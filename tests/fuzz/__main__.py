"""Coverage-guided fuzzing (`make fuzz`); the arguments are libFuzzer's.

An input that fails is kept as build/fuzz/crash-...: mend the fault and add the input to tests/fuzz/corpus.
"""

import sys

import atheris

with atheris.instrument_imports(include=["models", "service"]):
    from tests.fuzz.target import examine

atheris.Setup(sys.argv, examine)
atheris.Fuzz()
