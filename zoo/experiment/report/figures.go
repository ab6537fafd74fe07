package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// figures draws a table's figures. The error is of a chart that cannot be drawn.
func (t *Table) figures() ([]chart.Figure, error) {
	f := figures{table: t}
	for _, model := range t.Models {
		f.aucByEpoch(model)
	}
	model := t.Models[0]
	f.curves(model)
	f.paper(model)
	if alphas := t.alphas(model); alphas != nil {
		f.alphaCurve(model, alphas)
	} else {
		for _, method := range t.Methods {
			f.norms(model, method)
		}
	}
	f.bucketAUC(model)
	f.calibration(model)
	f.cost(model)
	return f.list, f.err
}

// figures collects figures until the first error.
type figures struct {
	table *Table
	list  []chart.Figure
	err   error
}

func (f *figures) add(caption string, names []chart.Legend, svg template.HTML, err error) {
	if f.err == nil {
		f.err = err
	}
	f.list = append(f.list, chart.Figure{Caption: caption, SVG: svg, Legend: names})
}

// cells are the methods of a model that have runs, with the colours of the methods.
func (f *figures) cells(model string) (cells []*Cell, colors []int, names []chart.Legend) {
	for i, method := range f.table.Methods {
		if c := f.table.Cell(method, model); c != nil {
			cells, colors = append(cells, c), append(colors, i)
			names = append(names, chart.NewLegend(method, i))
		}
	}
	return cells, colors, names
}

// epochs are 1, 2, ... n.
func epochs(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i + 1)
	}
	return x
}

func (f *figures) aucByEpoch(model string) {
	cells, colors, names := f.cells(model)
	var list []chart.Series
	for i, c := range cells {
		list = append(list, chart.Series{Color: colors[i], X: epochs(len(c.Mean)), Y: c.Mean, Mark: true})
	}
	auc := f.table.Part() + " AUC"
	caption := fmt.Sprintf("%s: %s after each epoch, mean over seeds%s", model, auc, coincident(cells))
	svg, err := chart.Lines(caption, "epoch", auc, list)
	f.add(caption, names, svg, err)
}

// coincident names the methods whose curves lie on each other, as far as a figure shows.
func coincident(cells []*Cell) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range cells {
		for _, m := range c.Mean {
			low, high = min(low, m), max(high, m)
		}
	}
	var list []string
	for i, a := range cells {
		for _, b := range cells[i+1:] {
			if farthest(a.Mean, b.Mean) <= (high-low)/200 {
				list = append(list, a.Method+" and "+b.Method)
			}
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "; these coincide: " + strings.Join(list, ", ")
}

// farthest returns the largest distance between two curves; infinity if one is longer.
func farthest(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	var most float64
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}

// curves draws what the first seed recorded within the epochs.
func (f *figures) curves(model string) {
	cells, colors, names := f.cells(model)
	var loss, auc []chart.Series
	for i, c := range cells {
		r := c.Runs[0]
		if len(r.Curve) == 0 {
			return
		}
		l, a := chart.Series{Color: colors[i]}, chart.Series{Color: colors[i]}
		for n, p := range r.Curve {
			x := 1 + float64(n+1)/float64(r.CurvePoints) // an epoch ends at a whole number
			l.X, l.Y = append(l.X, x), append(l.Y, float64(p.TrainLoss))
			a.X, a.Y = append(a.X, x), append(a.Y, float64(p.TestAUC))
		}
		loss, auc = append(loss, l), append(auc, a)
	}
	caption := fmt.Sprintf("%s: training loss within the epochs; epoch n goes from n to n+1", model)
	svg, err := chart.Lines(caption, "epoch", "training loss", loss)
	f.add(caption, names, svg, err)
	caption = fmt.Sprintf("%s: test AUC within the epochs; epoch n goes from n to n+1", model)
	svg, err = chart.Lines(caption, "epoch", "test AUC", auc)
	f.add(caption, names, svg, err)
}

// norms draws norm and mean lambda of each frequency bucket over the epochs, for the first seed.
func (f *figures) norms(model, method string) {
	c := f.table.Cell(method, model)
	if c == nil {
		return
	}
	f.byBucket(c, "Euclidean norm of the embeddings", "norm", func(g metrics.RowGroup) float64 { return g.Norm })
	buckets := c.Runs[0].Last().Buckets
	if n := len(buckets); n > 0 && math.Abs(buckets[0].MeanLambda-buckets[n-1].MeanLambda) > 1e-6 {
		f.byBucket(c, "mean lambda", "lambda", func(g metrics.RowGroup) float64 { return g.MeanLambda })
	}
}

func (f *figures) byBucket(c *Cell, what, label string, of func(metrics.RowGroup) float64) {
	r := c.Runs[0]
	if len(r.Last().Buckets) == 0 {
		return
	}
	var list []chart.Series
	var names []chart.Legend
	for b, group := range r.Last().Buckets {
		s := chart.Series{Color: b, X: epochs(len(r.Results)), Mark: true}
		for _, e := range r.Results {
			s.Y = append(s.Y, of(e.Buckets[b]))
		}
		list = append(list, s)
		names = append(names, chart.NewLegend("bucket "+group.Name, b))
	}
	caption := fmt.Sprintf("%s with %s: %s by frequency bucket, 1 the rarest", c.Model, c.Method, what)
	svg, err := chart.Lines(caption, "epoch", label, list)
	f.add(caption, names, svg, err)
}

func (f *figures) bucketAUC(model string) {
	cells, colors, names := f.cells(model)
	var list []chart.Series
	var labels []string
	for i, c := range cells {
		s := chart.Series{Color: colors[i]}
		labels = nil
		for b, v := range c.Runs[0].BucketAUC {
			s.Y = append(s.Y, float64(v))
			label := "unseen"
			if b > 0 {
				label = strconv.Itoa(b)
			}
			labels = append(labels, label)
		}
		list = append(list, s)
	}
	if len(labels) == 0 {
		return // runs that no grid made
	}
	field := cells[0].Runs[0].RareField
	caption := fmt.Sprintf("%s: test AUC after the last epoch, by frequency bucket of field %s", model, field)
	svg, err := chart.Bars(caption, "frequency bucket of "+field, "test AUC", labels, list)
	f.add(caption, names, svg, err)
}

func (f *figures) calibration(model string) {
	cells, colors, names := f.cells(model)
	var list []chart.Series
	for i, c := range cells {
		s := chart.Series{Color: colors[i], Mark: true}
		if len(c.Runs[0].Calibration) == 0 {
			return
		}
		for _, b := range c.Runs[0].Calibration {
			s.X, s.Y = append(s.X, b.Prediction), append(s.Y, b.Label)
		}
		list = append(list, s)
	}
	caption := fmt.Sprintf("%s: clicks against predictions after the last epoch, by tenths of the test part", model)
	svg, err := chart.Lines(caption, "mean prediction", "share of clicks", list)
	f.add(caption, names, svg, err)
}

func (f *figures) cost(model string) {
	cells, colors, names := f.cells(model)
	var list []chart.Series
	for i, c := range cells {
		r := c.Runs[0]
		list = append(list, chart.Series{Color: colors[i], Y: []float64{r.Seconds / float64(len(r.Results))}})
	}
	caption := fmt.Sprintf("%s: seconds of training for an epoch; runs side by side share the machine", model)
	svg, err := chart.Bars(caption, "", "seconds", []string{model}, list)
	f.add(caption, names, svg, err)
}
