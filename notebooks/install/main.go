// Command install builds the Go kernel of the notebooks and registers it with Jupyter, for the
// user or, with -prefix, under PREFIX/share/jupyter:
//
//	go run ./install
//
// The kernel is gophernotes, at the version in go.mod, linked with the packages that
// ../kernel/packages.go lists. gophernotes is a main package, which no other package can import:
// its files, and a generated binding for every package of the list, are laid over ../kernel for
// the build. Nothing of them is kept.
//
// The kernel has a name of its own and leaves a stock gophernotes alone. Running the command again
// replaces it, which takes seconds unless the packages have changed.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	prefix := flag.String("prefix", "", "install under `PREFIX`/share/jupyter instead of for the user")
	flag.Parse()
	if err := install(*prefix); err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}

func install(prefix string) error {
	data, err := dataFolder(prefix)
	if err != nil {
		return err
	}
	s, err := newSpec(data)
	if err != nil {
		return err
	}
	defer s.discard()
	if s.existed {
		fmt.Println("updating the kernel", kernelName, "in", s.folder)
	} else {
		fmt.Println("building the kernel", kernelName, "- the first time this takes some minutes")
	}
	if err := build(s.fresh); err != nil {
		return err
	}
	if err := s.register(); err != nil {
		return err
	}
	fmt.Println("installed in", s.folder)
	return checkVisible(s.folder)
}
