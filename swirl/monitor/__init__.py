"""The engine of SwirlMonitor: reads metric points and change events, says what broke and why.

The core is pure: `spec`, `graph`, `windows`, `samples`, `band`, `learning`, `persistence`,
`changes`, `rules`, `diagnose`, `sentence` and `engine` do no I/O and read no clock. Around it,
`consumer`, `replay`, `publish`, `status_writer`, `server` and `runner` talk to Kafka, the API
server and probes.
"""
