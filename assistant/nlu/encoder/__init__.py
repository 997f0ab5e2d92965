"""multilingual-e5-small without PyTorch: weights file, tokenizer, ONNX graph, vectors."""
