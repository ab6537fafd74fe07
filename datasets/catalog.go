package datasets

import (
	"context"
	"fmt"
	"strings"
)

// loaders are the known data sets that are read from files.
func loaders() []loader {
	return append([]loader{avazuLoader(), ipinyouLoader(), ipinyouLibsvmLoader(), lzdLoader()}, amazonLoaders()...)
}

// Names lists the data sets that Open knows.
func Names() []string {
	names := []string{"synthetic"}
	for _, l := range loaders() {
		names = append(names, l.name)
	}
	return names
}

// Open opens a data set by name: "synthetic", drawn with the seed given, or one that is read from
// files. An unknown name is an error that lists the known ones.
func Open(ctx context.Context, name string, files Files, seed uint64, progress Progress) (*Set, error) {
	if name == "synthetic" {
		return Synthetic{Seed: seed}.Open()
	}
	return Input{Data: name, Files: files, Options: LoadOptions{Seed: seed}, Progress: progress}.Read(ctx)
}

func findLoader(name string) (loader, error) {
	for _, l := range loaders() {
		if l.name == name {
			return l, nil
		}
	}
	return loader{}, fmt.Errorf("%w %q; known: %s", ErrUnknownData, name, strings.Join(Names(), ", "))
}
