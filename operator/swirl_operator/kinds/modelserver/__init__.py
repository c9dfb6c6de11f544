"""ModelServer: a Deployment of scorers and the Service before it."""
