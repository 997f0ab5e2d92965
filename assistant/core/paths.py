"""Where the project keeps its data; every process runs from the same checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = ROOT / "knowledge"
TRAINING = ROOT / "data" / "nlu"
# What Rasa needs besides the training questions, generated from these.
RESPONSES = ROOT / "data" / "generated" / "responses.yml"
MODELS = ROOT / "models"
ENCODER = ROOT / ".cache" / "encoder"
# Vectors are only valid for the encoder that made them.
VECTORS = ROOT / ".cache" / "vectors-int8.npz"
# Those of the training questions in other languages, which Rasa does not read.
ELSEWHERE_VECTORS = ROOT / ".cache" / "vectors-elsewhere-int8.npz"
# Those of the committed training questions, so that a fresh clone need not encode them.
SHIPPED_VECTORS = ROOT / "data" / "vectors" / "questions.npz"
