"""AnalyticsRun: driver Pods, one an attempt."""
