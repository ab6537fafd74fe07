package experiment

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// The names of parameters that are neither of the solver nor of the model.
const (
	batchSizeName     = "batch_size"
	embeddingInitName = "embedding_init"
)

// apply returns the settings with values of parameters in them: of the solver, of the model, or of the run. The error of
// a value that cannot be used names it.
func (s Settings) apply(values []Value, in *Catalogs) (Settings, error) {
	for _, v := range values {
		if err := s.set(v, in); err != nil {
			return s, fmt.Errorf("%s=%s: %w", v.Name, v.Text, err)
		}
	}
	var err error
	if s.Hyperparameters, err = in.Models.Normal(s.Hyperparameters); err != nil {
		return s, err
	}
	if _, err := in.Models.New(s.Model, s.Hyperparameters); err != nil {
		return s, err
	}
	if _, err := s.initializer(); err != nil {
		return s, fmt.Errorf("%s: %w", embeddingInitName, err)
	}
	_, err = s.newSolver(in, s.Seed)
	return s, err
}

// set sets one value. It does not change what other settings share.
func (s *Settings) set(v Value, in *Catalogs) error {
	solver, err := in.findSolver(s.Solver)
	if err != nil {
		return err
	}
	if _, has := solver.Parameter(v.Name); has && v.Name != "seed" {
		number, err := strconv.ParseFloat(v.Text, 64)
		s.Parameters = withValue(s.Parameters, v.Name, number)
		return err
	}
	switch v.Name {
	case scheduleName:
		s.Schedule = v.Text
		return s.check()
	case warmUpName:
		s.WarmUp = v.Text
		return s.check()
	case embeddingInitName:
		_, err := graph.ParseInitializer(v.Text)
		s.EmbeddingInit = v.Text
		return err
	case batchSizeName:
		size, err := strconv.Atoi(v.Text)
		if err == nil && size < 1 {
			err = fmt.Errorf("must be at least 1, got %d", size)
		}
		s.BatchSize = size
		return err
	}
	model, err := in.Models.Find(s.Model)
	if err != nil {
		return err
	}
	h := model.Hyperparameter(v.Name)
	if h == nil {
		return fmt.Errorf("neither %s nor %s has such a parameter", s.Solver, s.Model)
	}
	value, err := h.Parse(v.Text)
	others := slices.DeleteFunc(slices.Clone(s.Hyperparameters), func(o zoo.Setting) bool { return o.Name == v.Name })
	s.Hyperparameters = append(others, zoo.Setting{Name: v.Name, Value: value})
	return err
}

// isWhole says whether a parameter takes whole numbers only.
func (s *Settings) isWhole(name string, in *Catalogs) bool {
	if name == batchSizeName {
		return true
	}
	model, err := in.Models.Find(s.Model)
	if err != nil {
		return false
	}
	h := model.Hyperparameter(name)
	return h != nil && h.Kind() == "int"
}
