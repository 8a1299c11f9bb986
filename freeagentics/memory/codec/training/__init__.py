"""Training of codecs: plan, fit and count. Needs the extra `train`, but for `TrainingData`."""
