"""Serves one published model over HTTP, without the library that trained it.

A request goes `fastpath` → `service` → `body` → `protocols` → `inputs` → the loaded model of
`swirl.models.formats`. `model` makes a published model ready, `golden` proves that it answers as
its trainer did, `app` has every route, the slow ones too.
"""
