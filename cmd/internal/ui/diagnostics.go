package ui

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// diagnostics prints the diagnostics of an epoch below its line.
func (r *Reporter) diagnostics(d *metrics.Diagnostics) error {
	w := NewAligned(r.out)
	fmt.Fprintln(w, "\trows\tnorm\tmean lambda\tzero\t")
	for _, part := range []struct {
		title  string
		groups []metrics.RowGroup
	}{{"", d.Fields}, {"bucket ", d.Buckets}} {
		for _, g := range part.groups {
			fmt.Fprintf(w, "%s%s\t%d\t%.3f\t%.5f\t%.1f %%\t\n", part.title, g.Name, g.Rows, g.Norm, g.MeanLambda, 100*g.ZeroShare)
		}
	}
	for _, l := range d.Layers {
		fmt.Fprintf(w, "%s\t\t%.3f\t\t\t\n", l.Name, l.Norm)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	b := d.Rademacher
	if b == nil {
		_, err := fmt.Fprint(r.out, "no Rademacher bound: the model has not one MLP over its embeddings\n\n")
		return err
	}
	_, err := fmt.Fprintf(r.out, "Rademacher bound %.4g = layers %.4g x embeddings %.4g x depth %.4g x input %.4g / %d samples\n\n",
		b.Bound, b.Layers, b.Embeddings, b.Depth, b.Input, b.Samples)
	return err
}
