"""From captions to training samples: text pools, sampling, batches."""
