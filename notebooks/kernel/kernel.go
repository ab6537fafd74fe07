//go:build gophernotes

// Package main is the Go kernel of the notebooks: gophernotes, linked with the packages that the
// notebooks import. Command install builds it: it lays the files of gophernotes, from the module
// cache, and a binding for every package of packages.go over this folder. Without them nothing
// here compiles, hence the build tag.
package main

import "go/build"

func init() {
	// This proxy of gophernotes v0.7.5 has a wrong signature, and the gomacro that runs with
	// today's Go refuses a package with a wrong proxy.
	delete(display.Proxies, "JSONer")

	// With a GOROOT gomacro would run "go list" for the export data of every package, and so a
	// notebook would need a Go toolchain. It can do without: see newInterpreter.
	build.Default.GOROOT = ""
}
