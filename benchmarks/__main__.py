"""Run every benchmark."""

from benchmarks import classification, splitting

for benchmark in (splitting, classification):
    benchmark.main()
    print()
