"""Where the project's data lies; every process of it runs from one checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = ROOT / "knowledge"
TRAINING = ROOT / "data" / "nlu"
MODELS = ROOT / "models"
ENCODER = ROOT / ".cache" / "encoder"
# Vectors of another encoder would be of no use.
VECTORS = ROOT / ".cache" / "vectors-int8.npz"
