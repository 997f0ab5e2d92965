"""Where the project's data lies; every process of it runs from one checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KNOWLEDGE = ROOT / "knowledge"
TRAINING = ROOT / "data" / "nlu"
MODELS = ROOT / "models"
VECTORS = ROOT / ".cache" / "vectors.npz"
