"""SwirlMonitor: keeps the analysis running and hands its verdict on."""
