// Command outside is the command zoo with a model, a solver and a metric of its own.
package main

import (
	"github.com/ctrzoo/ctrzoo/cmd"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

func main() {
	cmd.Zoo{
		Models:  []zoo.Model{Mine{}},
		Solvers: []solvers.Entry{warmUpEntry()},
		Metrics: []metrics.Metric{brier()},
	}.Main()
}
