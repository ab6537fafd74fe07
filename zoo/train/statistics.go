package train

import (
	"github.com/ctrzoo/ctrzoo/graph"
)

// statistics lists the weights that no solver changes: the running statistics of batch norm. They are saved with the others.
func (t *Trainer) statistics() (list []*graph.Weight) {
	for w := range t.weights.All() {
		if w.Role == graph.RoleStatistic {
			list = append(list, w)
		}
	}
	return list
}

// exchanges says whether the ranks need something of each other while they run their graphs: rows of tables that are spread, or
// the moments of a batch.
func (t *Trainer) exchanges() bool {
	return t.team.parallel() && (t.spread() || len(t.statistics()) > 0)
}
