package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/leak"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// runFacts describes what a run trains, with what and on what, in lines of a header.
func runFacts(run *train.Run, t *train.Trainer) ([]string, error) {
	weights, state, err := t.Memory()
	if err != nil {
		return nil, err
	}
	dense, tables := t.Weights().Count()
	facts := []string{
		partFacts(run) + "; " + fieldFacts(run.Train.Fields()),
		fmt.Sprintf("%d values in tables, %d in layers; %.1f MB, and %.1f MB of the solver's state", tables, dense, float64(weights)/1e6, float64(state)/1e6),
		fmt.Sprint(run.Solver),
	}
	if p := run.Precision.InUse(); p != graph.Float32 {
		facts = append(facts, fmt.Sprintf("matrix products in %v", p))
	}
	if run.Schedule != nil {
		facts = append(facts, fmt.Sprintf("the learning rate %s", run.Schedule))
	}
	return append(facts, halfLifeFacts(run)...), nil
}

// leakFacts names the fields that alone predict the label.
func leakFacts(ctx context.Context, set *datasets.Set) (facts []string, err error) {
	leaks, samples, err := leak.Find(ctx, set.Train)
	for _, l := range leaks {
		facts = append(facts, fmt.Sprintf("field %q alone predicts the label (AUC %.4f over the first %d training rows): if it is known only after the click, leave it out of the schema", l.Name, l.AUC, samples))
	}
	return facts, err
}

// partFacts has the rows of each part.
func partFacts(run *train.Run) string {
	text := fmt.Sprintf("%d training rows", run.Train.Len())
	if run.Valid != nil {
		text += fmt.Sprintf(", %d of validation", run.Valid.Len())
	}
	if run.Test != nil {
		text += fmt.Sprintf(", %d of test", run.Test.Len())
	}
	return text
}

// fieldFacts counts the fields of each kind.
func fieldFacts(fields []datasets.Field) string {
	counts := map[datasets.Kind]int{}
	for _, f := range fields {
		counts[f.Kind]++
	}
	var kinds []string
	for kind := datasets.Categorical; counts[kind] > 0 || kind <= datasets.Numeric; kind++ {
		if counts[kind] > 0 {
			kinds = append(kinds, fmt.Sprintf("%d %s", counts[kind], kind))
		}
	}
	return "fields: " + strings.Join(kinds, ", ")
}

// halfLifeFacts says after how many steps and epochs a row without a gradient has lost half of its norm; nothing if rows do
// not shrink so.
func halfLifeFacts(run *train.Run) []string {
	s, ok := solvers.As[solvers.HalfLifer](run.Solver)
	if !ok || s.HalfLife() == 0 {
		return nil
	}
	return []string{fmt.Sprintf("a row without a gradient has lost half of its norm after %.0f steps, %.2f epochs", s.HalfLife(), s.HalfLife()/float64(run.StepsPerEpoch()))}
}
