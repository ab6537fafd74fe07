package flags

import (
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// Catalogs has what --model, --solver and --data can name in a program.
type Catalogs struct {
	Models  []zoo.Entry
	Solvers []solvers.Entry
	Data    []string
}

// NewCatalogs makes the catalogs of the command.
func NewCatalogs() (*Catalogs, error) {
	return &Catalogs{Models: zoo.Catalog(), Solvers: solvers.Entries(), Data: datasets.Names()}, nil
}

// KnownRaw lists the data sets that are read from files.
func (c *Catalogs) KnownRaw() string {
	isDrawn := func(name string) bool { return name == "synthetic" }
	return strings.Join(slices.DeleteFunc(slices.Clone(c.Data), isDrawn), ", ")
}
