"""AnalyticsJob: keeps the runs of a job as its spec asks."""
