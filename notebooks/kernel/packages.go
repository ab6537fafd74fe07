//go:build gophernotes

package main

// What a notebook can import, beside the standard library as of Go 1.18. To add a package, add a
// line here, run "go mod tidy" if its module is new, and run the installer again.
import (
	_ "github.com/ctrzoo/ctrzoo/datasets"
	_ "github.com/ctrzoo/ctrzoo/datasets/draft"
	_ "github.com/ctrzoo/ctrzoo/datasets/encode"
	_ "github.com/ctrzoo/ctrzoo/datasets/known"
	_ "github.com/ctrzoo/ctrzoo/datasets/prepared"
	_ "github.com/ctrzoo/ctrzoo/datasets/rawlog"
	_ "github.com/ctrzoo/ctrzoo/datasets/schema"
	_ "github.com/ctrzoo/ctrzoo/datasets/synthetic"
	_ "github.com/ctrzoo/ctrzoo/graph"
	_ "github.com/ctrzoo/ctrzoo/notebooks/show"
	_ "github.com/ctrzoo/ctrzoo/solvers"
	_ "github.com/ctrzoo/ctrzoo/solvers/parallel"
	_ "github.com/ctrzoo/ctrzoo/solvers/ranks"
	_ "github.com/ctrzoo/ctrzoo/zoo"
	_ "github.com/ctrzoo/ctrzoo/zoo/bench"
	_ "github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	_ "github.com/ctrzoo/ctrzoo/zoo/experiment"
	_ "github.com/ctrzoo/ctrzoo/zoo/experiment/report"
	_ "github.com/ctrzoo/ctrzoo/zoo/metrics"
	_ "github.com/ctrzoo/ctrzoo/zoo/predict"
	_ "github.com/ctrzoo/ctrzoo/zoo/stream"
	_ "github.com/ctrzoo/ctrzoo/zoo/train"
	_ "gonum.org/v1/plot"
	_ "gonum.org/v1/plot/plotter"
	_ "gonum.org/v1/plot/plotutil"
	_ "gonum.org/v1/plot/vg"
	_ "gorgonia.org/gorgonia"
	_ "gorgonia.org/tensor"
	_ "math/rand/v2"
)
