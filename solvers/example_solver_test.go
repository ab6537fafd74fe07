package solvers_test

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// signDescent moves every weight by the same distance against the sign of its gradient. It keeps no state
// and settles nothing.
type signDescent struct{ distance float32 }

func (s *signDescent) SettleAll()     {}
func (s *signDescent) Free()          {}
func (s *signDescent) String() string { return fmt.Sprintf("SignDescent(distance=%v)", s.distance) }

func (s *signDescent) Step(model []gorgonia.ValueGrad) error {
	for _, n := range model { // before any weight changes
		if _, err := solvers.Gradient(n); err != nil {
			return err
		}
	}
	for _, n := range model {
		values, _ := solvers.Gradient(n)
		switch w := n.Value().(type) {
		case *graph.Table:
			grad, _ := n.Grad()
			for i, row := range grad.(*graph.RowGrad).Rows {
				s.move(w.Row(int(row)), values[i*w.Dim():(i+1)*w.Dim()])
			}
		case *tensor.Dense:
			s.move(w.Float32s(), values)
			clear(values)
		}
	}
	return nil
}

func (s *signDescent) move(w, g []float32) {
	for i, v := range g {
		switch {
		case v > 0:
			w[i] -= s.distance
		case v < 0:
			w[i] += s.distance
		}
	}
}

// These two let the ranks of a job leave counts out, and spread the rows of tables.
func (s *signDescent) NeedsCounts() bool  { return false }
func (s *signDescent) CheckSpread() error { return nil }

// A solver from scratch.
func ExampleSolver() {
	table, err := graph.NewTable("items", 3, 2)
	if err != nil {
		panic(err)
	}
	grad, err := graph.NewRowGrad([]int32{2, 0}, []float32{4, -4, 0, 1}, 2) // of rows 2 and 0
	if err != nil {
		panic(err)
	}
	solver := &signDescent{distance: 0.5}
	if err := solver.Step([]gorgonia.ValueGrad{weight{table, grad}}); err != nil {
		panic(err)
	}
	fmt.Println(solver, table.Floats())
	// Output: SignDescent(distance=0.5) [0 -0.5 0 0 -0.5 0.5]
}

// weight is a weight with its gradient, as a node of a graph is to a solver.
type weight struct{ value, grad gorgonia.Value }

func (w weight) Value() gorgonia.Value         { return w.value }
func (w weight) Grad() (gorgonia.Value, error) { return w.grad, nil }

// warmUp raises the learning rate of AdamAR over its first steps. It counts them by the state of AdamAR, and
// so has no state of its own that would have to be saved.
type warmUp struct {
	solvers.Solver
	counter solvers.StepCounter
	rate    solvers.LearnRater
	full    float64 // the rate after the steps
	steps   float64
}

// warmUpSteps is the parameter of warmUp.
func warmUpSteps() solvers.Parameter {
	return solvers.Parameter{
		Name: "warm_up", Meaning: "steps over which the learning rate rises", Default: 100, Range: solvers.AtLeast(1),
	}
}

// newWarmUp takes warm_up and the options of AdamAR.
func newWarmUp(options ...solvers.Option) (solvers.Solver, error) {
	steps, options, err := warmUpSteps().Take(options)
	if err != nil {
		return nil, err
	}
	adamAR, err := solvers.NewAdamAR(options...)
	if err != nil {
		return nil, err
	}
	return &warmUp{adamAR, adamAR, adamAR, adamAR.LearnRate(), steps}, nil
}

// Unwrap lets a run find what the solver inside can do: be saved, be given buckets.
func (w *warmUp) Unwrap() solvers.Solver { return w.Solver }

// NeedsCounts and CheckSpread say that warmUp looks at no rows by itself.
func (w *warmUp) NeedsCounts() bool  { return false }
func (w *warmUp) CheckSpread() error { return nil }

func (w *warmUp) String() string { return fmt.Sprintf("WarmUp(warm_up=%v, %v)", w.steps, w.Solver) }

func (w *warmUp) Step(model []gorgonia.ValueGrad) error {
	if k := float64(w.counter.Steps() + 1); k <= w.steps {
		if err := w.rate.SetLearnRate(w.full * k / w.steps); err != nil {
			return err
		}
	}
	return w.Solver.Step(model)
}

// A solver around another.
func ExampleWrapper() {
	solver, err := newWarmUp(solvers.WithLearnRate(0.01), warmUpSteps().With(4))
	if err != nil {
		panic(err)
	}
	table, err := graph.NewTable("items", 1, 1)
	if err != nil {
		panic(err)
	}
	grad, err := graph.NewRowGrad([]int32{0}, []float32{1}, 1)
	if err != nil {
		panic(err)
	}
	rate, _ := solvers.As[solvers.LearnRater](solver)
	for range 5 {
		if err := solver.Step([]gorgonia.ValueGrad{weight{table, grad}}); err != nil {
			panic(err)
		}
		fmt.Print(rate.LearnRate(), " ")
	}
	_, canBeSaved := solvers.As[solvers.Stateful](solver)
	fmt.Println(canBeSaved)
	// Output: 0.0025 0.005 0.0075 0.01 0.01 true
}

// A solver of one's own beside those of the package: its parameters become flags of a command, or names in a
// grid.
func ExampleNewCatalog() {
	adamAR, err := solvers.Find("adamar")
	if err != nil {
		panic(err)
	}
	catalog, err := solvers.NewCatalog(solvers.Entry{
		Name:       "warm-up",
		Formula:    "AdamAR, whose learning rate rises over the first steps",
		Reference:  "Goyal and others, arXiv 1706.02677",
		Semantics:  solvers.EveryStep,
		Parameters: append(adamAR.Parameters, warmUpSteps()),
		Buckets:    true,
		New:        newWarmUp,
	})
	if err != nil {
		panic(err)
	}
	entry, err := catalog.Find("warm-up")
	if err != nil {
		panic(err)
	}
	p, _ := entry.Parameter("warm_up")
	fmt.Printf("%s=%s: %s, %s\n", p.Name, p.DefaultText(), p.Meaning, p.Range.Words)

	solver, err := entry.New(p.With(500), solvers.WithHalfLife(1000))
	if err != nil {
		panic(err)
	}
	fmt.Println(solver)
	// Output:
	// warm_up=100: steps over which the learning rate rises, at least 1
	// WarmUp(warm_up=500, AdamAR(learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-08, alpha=1.3862943611198905e-06))
}
