// Command outside is the command zoo with a model, a solver, a data set and a metric of its own.
package main

import (
	"github.com/ctrzoo/ctrzoo/cmd"
	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

func main() {
	cmd.Main(cmd.Zoo{
		Models:  []zoo.Model{Mine{}, Crossed{}},
		Solvers: []solvers.Entry{warmUpEntry()},
		Data:    []known.Entry{shop()},
		Metrics: []metrics.Metric{brier()},
	})
}
