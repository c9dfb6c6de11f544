// Command coredns is CoreDNS with only the plugins that the local cluster's Corefile names: the
// full list pulls in the client libraries of three clouds and triples the build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
	_ "github.com/coredns/coredns/plugin/template"
)

func init() {
	// The order is the order in which a query passes through the plugins.
	dnsserver.Directives = []string{
		"reload", "errors", "health", "ready", "kubernetes", "template",
	}
}

func main() {
	coremain.Run()
}
