"""The names that older scripts use, over Pantau.

Each class takes what it took and answers with the fields it had, in a few lines over what it is
really made of: read these lines, and then use that. Where a ``db_config`` was asked for, a dict of
host, port, dbname, user and password does, and so does the URL of a server or a folder.

>>> from pantau.compat import TextFeatureExtractor
>>> features = TextFeatureExtractor().extract_features("Aplikasi ini sangat bagus!")
>>> features["text_no_stopwords"], features["avg_word_length"]
('aplikasi sangat bagus', 6.25)
"""

from __future__ import annotations

from pantau.compat.drift import DataDriftDetector, DriftDetector, ModelDriftMonitor
from pantau.compat.features import FeatureStore, LengthWarning, TextFeatureExtractor
from pantau.compat.mlflow import MLflowManager, ParamWarning
from pantau.compat.predictions import PredictionLogger, create_prediction_logs_table
from pantau.compat.retraining import RetrainingPipeline, RetrainingTrigger
from pantau.compat.sentiment import ModelConfig, SentimentModel

__all__ = [
    "DataDriftDetector",
    "DriftDetector",
    "FeatureStore",
    "LengthWarning",
    "MLflowManager",
    "ModelConfig",
    "ModelDriftMonitor",
    "ParamWarning",
    "PredictionLogger",
    "RetrainingPipeline",
    "RetrainingTrigger",
    "SentimentModel",
    "TextFeatureExtractor",
    "create_prediction_logs_table",
]
