package experiment

import (
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// Catalogs are what grids and records name. The zero value has the models and the solvers of this module.
type Catalogs struct {
	Models  *zoo.Catalog
	Solvers *solvers.Catalog
	// Metrics measure the test part after every epoch, besides AUC, log loss and calibration.
	Metrics []metrics.Metric
}

// findSolver returns the entry of a solver.
func (c *Catalogs) findSolver(name string) (solvers.Entry, error) { return c.Solvers.Find(name) }
