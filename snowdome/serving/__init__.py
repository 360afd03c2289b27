"""Model services: processes that hold a model, their supervision, and the formats that they speak."""
