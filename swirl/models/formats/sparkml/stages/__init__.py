"""One file per Spark stage; each registers itself. `registry` says how to add one."""
