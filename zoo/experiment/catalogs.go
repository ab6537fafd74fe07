package experiment

import (
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// Catalogs are what grids and records name. The zero value has the models and the solvers of this module.
type Catalogs struct {
	Models  *zoo.Catalog
	Solvers *solvers.Catalog
}

// findSolver returns the entry of a solver.
func (c *Catalogs) findSolver(name string) (solvers.Entry, error) { return c.Solvers.Find(name) }
