package experiment

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/internal/safeyaml"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/goccy/go-yaml"
)

// check finds what cannot be run, and where it stands as a YAML path.
func (g *Grid) check() (place string, err error) {
	switch {
	case len(g.Data) == 0:
		return "$.data", errors.New("no data set")
	case len(g.Models) == 0:
		return "$.models", errors.New("no model")
	case len(g.Methods) == 0:
		return "$.methods", errors.New("no method")
	case len(g.Seeds) == 0:
		return "$.seeds", errors.New("no seed")
	case g.Epochs < 1:
		return "$.epochs", fmt.Errorf("must be at least 1, got %d", g.Epochs)
	case g.BatchSize < 1:
		return "$.batch_size", fmt.Errorf("must be at least 1, got %d", g.BatchSize)
	case g.Patience < 0:
		return "$.patience", fmt.Errorf("must be at least 0, got %d", g.Patience)
	case g.CurvePoints < 0:
		return "$.curve_points", fmt.Errorf("must be at least 0, got %d", g.CurvePoints)
	}

	if place, err = g.checkData(); err != nil {
		return place, err
	}
	if g.EmbeddingInit != "" {
		if _, err := graph.ParseInitializer(g.EmbeddingInit); err != nil {
			return "$.embedding_init", err
		}
	}
	if g.Hyperparameters, err = g.Catalogs.Models.Normal(g.Hyperparameters); err != nil {
		return "$.hyperparameters", err
	}
	for i, name := range g.Models {
		if _, err := g.Catalogs.Models.New(name, g.Hyperparameters); err != nil {
			return fmt.Sprintf("$.models[%d]", i), err
		}
		if slices.Index(g.Models, name) < i {
			return fmt.Sprintf("$.models[%d]", i), fmt.Errorf("%q appears twice", name)
		}
	}
	return g.checkMethods()
}

func (g *Grid) checkData() (place string, err error) {
	for i := range g.Data {
		d := &g.Data[i]
		place := fmt.Sprintf("$.data[%d]", i)
		if d.BatchSize < 0 {
			return place, fmt.Errorf("batch_size must be at least 1, got %d", d.BatchSize)
		}
		if err := d.Ablation.Check(); err != nil {
			return place, err
		}
		if slices.IndexFunc(g.Data, func(o Data) bool { return o.Label() == d.Label() }) < i {
			return place, fmt.Errorf("%q appears twice", d.Label())
		}
	}
	return "", nil
}

func (g *Grid) checkMethods() (place string, err error) {
	for i := range g.Methods {
		m := &g.Methods[i]
		place := fmt.Sprintf("$.methods[%d]", i)
		if slices.IndexFunc(g.Methods, func(o Method) bool { return o.Name == m.Name }) < i {
			return place, fmt.Errorf("the name %q appears twice", m.Name)
		}
		for _, data := range g.Data {
			for _, c := range m.candidates(data, &g.Catalogs) {
				if _, err := c.newSolver(&g.Catalogs, g.Seeds[0]); err != nil {
					return place, err
				}
			}
			if err := g.checkSweep(data, m); err != nil {
				return place + ".sweep", err
			}
		}
	}
	return "", nil
}

// lineOf returns the line of a text at which a YAML path begins.
func lineOf(text []byte, place string) int {
	file, err := safeyaml.Parse(text)
	if err != nil {
		return 0
	}
	path, err := yaml.PathString(place)
	if err != nil {
		return 0
	}
	node, err := path.FilterFile(file)
	if err != nil {
		return 0
	}
	return node.GetToken().Position.Line
}

// candidate is one choice of a method's parameters.
type candidate struct {
	Solver          string             `json:"solver"`
	Parameters      map[string]float64 `json:"parameters,omitempty"`
	Buckets         int                `json:"buckets,omitempty"`
	AdaptiveBuckets int                `json:"adaptive_buckets,omitempty"`
	BucketDecay     float64            `json:"bucket_decay,omitempty"`
	Precision       graph.Precision    `json:"precision,omitempty"` // of matrix products; absent of float32
	course
}

// candidates are all combinations of a method's values, in an order that is always the same. What
// a data set sets is set where the method leaves it open, if the solver has it.
func (m *Method) candidates(data Data, in *Catalogs) []candidate {
	base := candidate{Solver: m.Solver, Precision: m.Precision, Buckets: m.Buckets, AdaptiveBuckets: m.AdaptiveBuckets, course: course{m.Schedule, m.WarmUp}}
	list := []candidate{base}
	values := map[string]Candidates{}
	entry, _ := in.findSolver(m.Solver) // an unknown one is found when the solver is made
	for _, p := range entry.Parameters {
		if v, given := data.Parameters[p.Name]; given {
			values[p.Name] = Candidates{v}
		}
	}
	for name, v := range m.Parameters {
		values[name] = v
	}
	for _, name := range sortedKeys(values) {
		list = multiply(list, values[name], func(c *candidate, v float64) {
			c.Parameters = withValue(c.Parameters, name, v)
		})
	}
	if len(m.BucketDecay) > 0 {
		list = multiply(list, m.BucketDecay, func(c *candidate, v float64) { c.BucketDecay = v })
	}
	return list
}

// multiply makes a candidate of each old one and each value.
func multiply(list []candidate, values []float64, set func(*candidate, float64)) []candidate {
	var out []candidate
	for _, c := range list {
		for _, v := range values {
			c := c
			set(&c, v)
			out = append(out, c)
		}
	}
	return out
}

func withValue(m map[string]float64, name string, v float64) map[string]float64 {
	out := map[string]float64{}
	maps.Copy(out, m)
	out[name] = v
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// newSolver makes the solver of a candidate.
func (c *candidate) newSolver(in *Catalogs, seed uint64) (solvers.Solver, error) {
	entry, err := in.findSolver(c.Solver)
	if err != nil {
		return nil, err
	}
	var options []solvers.Option
	known := map[string]bool{}
	for _, p := range entry.Parameters {
		known[p.Name] = true
		if p.Name == "seed" {
			options = append(options, solvers.WithSeed(seed))
		} else if v, given := c.Parameters[p.Name]; given {
			options = append(options, p.With(v))
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(c.Parameters) {
		if !known[name] {
			return nil, fmt.Errorf("%s has no parameter %q", c.Solver, name)
		}
	}
	if c.Buckets > 0 {
		options = append(options, solvers.WithBuckets(c.AdaptiveBuckets, c.BucketDecay))
	}
	return entry.New(options...)
}
