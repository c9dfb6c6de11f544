"""Who is told of verdicts: what there is to tell is decided purely, and sent by a thread each."""
