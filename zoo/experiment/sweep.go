package experiment

import (
	"cmp"
	"fmt"
	"slices"
)

// settings are those of all candidates of a method on a data set, with one seed. The data set is named only.
func (g *Grid) settings(d Data, model string, m *Method, seed uint64) ([]Settings, error) {
	var list []Settings
	for _, c := range m.candidates(d, &g.Catalogs) {
		s := Settings{
			Data: d.Name, Model: model, Hyperparameters: g.Hyperparameters,
			candidate: c, Seed: seed, BatchSize: cmp.Or(d.BatchSize, g.BatchSize), Epochs: g.Epochs, CurvePoints: g.CurvePoints, Patience: g.Patience,
			EmbeddingInit: g.EmbeddingInit, BucketField: d.BucketField, Ablation: d.Ablation,
		}
		for _, values := range m.sweep(func(name string) bool { return s.has(name, &g.Catalogs) }) {
			swept := s
			if len(values) > 0 {
				var err error
				if swept, err = s.apply(values, &g.Catalogs); err != nil {
					return nil, err
				}
			}
			list = append(list, swept)
		}
	}
	return list, nil
}

// sweep lists all combinations of the values of those parameters that there are, in an order that is always the same.
func (m *Method) sweep(has func(name string) bool) [][]Value {
	list := [][]Value{nil}
	for _, name := range sortedKeys(m.Sweep) {
		if !has(name) {
			continue
		}
		var longer [][]Value
		for _, values := range list {
			for _, word := range m.Sweep[name] {
				longer = append(longer, append(slices.Clip(values), Value{name, word}))
			}
		}
		list = longer
	}
	return list
}

// has reports whether a parameter is one of the solver, of the model, or of the run.
func (s *Settings) has(name string, in *Catalogs) bool {
	if name == batchSizeName || name == embeddingInitName {
		return true
	}
	if solver, err := in.findSolver(s.Solver); err == nil {
		if _, has := solver.Parameter(name); has {
			return true
		}
	}
	model, err := in.Models.Find(s.Model)
	return err == nil && model.Hyperparameter(name) != nil
}

// checkSweep finds a name that neither the solver nor any model has, and a value that cannot be used.
func (g *Grid) checkSweep(d Data, m *Method) error {
	for _, name := range sortedKeys(m.Sweep) {
		known := func(model string) bool {
			s := Settings{Model: model, candidate: candidate{Solver: m.Solver}}
			return s.has(name, &g.Catalogs)
		}
		switch {
		case len(m.Sweep[name]) == 0:
			return fmt.Errorf("%s: no value", name)
		case !slices.ContainsFunc(g.Models, known):
			return fmt.Errorf("neither %s nor any model has a parameter %q", m.Solver, name)
		case len(m.Parameters[name]) > 0:
			return fmt.Errorf("%s is among the parameters already", name)
		}
	}
	if len(m.Sweep) == 0 {
		return nil
	}
	for _, model := range g.Models {
		if _, err := g.settings(d, model, m, g.Seeds[0]); err != nil {
			return err
		}
	}
	return nil
}
