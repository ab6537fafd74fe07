package datasets

import (
	"context"
	"fmt"
	"strings"
)

// Names lists the data sets that Open knows.
func Names() []string { return []string{"synthetic", "avazu"} }

// Open opens a data set by name: "synthetic", drawn with the seed given, or "avazu", read from
// files. An unknown name is an error that lists the known ones.
func Open(ctx context.Context, name string, files Files, seed uint64, progress Progress) (*Set, error) {
	switch name {
	case "synthetic":
		return Synthetic{Seed: seed}.Open()
	case "avazu":
		return Read(ctx, Avazu(), files, progress)
	}
	return nil, fmt.Errorf("%w %q; known: %s", ErrUnknownData, name, strings.Join(Names(), ", "))
}
