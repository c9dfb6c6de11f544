"""The analysis as a plain process: Kafka in, the monitor's status and a topic of verdicts out."""
