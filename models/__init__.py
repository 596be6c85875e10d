"""What is learnt and predicted: labels, data sets, networks, training, runtimes and the predictor.

Never imports ``app`` or Qt. ``models.labels``, ``models.bundle``, ``models.predictor`` and the OpenVINO
runtime never import torch, so that a station without torch can inspect.
"""
