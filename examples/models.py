"""From a checkpoint to labels: converting, opening, predicting.

python examples/models.py tests/data/checkpoints/bert-classifier
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import pantau

REVIEWS = ["Aplikasi ini sangat bagus!", "Lambat sekali, saya kecewa", "Biasa saja", ""]


def main(checkpoint: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bundle = pantau.convert(checkpoint, Path(folder) / "sentiment")
        with pantau.Classifier.open(bundle) as classifier:
            print("labels:   ", ", ".join(classifier.labels))
            print("one text: ", classifier.predict(REVIEWS[0]))
            for review, prediction in zip(REVIEWS, classifier.predict(REVIEWS), strict=True):
                flags = f" ({', '.join(prediction.flags)})" if prediction.flags else ""
                print(f"  {prediction.label:<9} {prediction.confidence:.2f}  {review}{flags}")
            answers = asyncio.run(ask_together(classifier))
            print("async:    ", ", ".join(answer.label for answer in answers))
            info = classifier.info()
            print("runs on:  ", info["provider"], "with ONNX Runtime", info["runtime_version"])


async def ask_together(classifier: pantau.Classifier) -> list[pantau.Prediction]:
    """Texts of many callers run together."""
    return await asyncio.gather(*map(classifier.predict_async, REVIEWS))


if __name__ == "__main__":
    main(*sys.argv[1:])
