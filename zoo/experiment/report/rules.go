package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"gonum.org/v1/gonum/stat"
)

// fairSeeds is how many seeds a table should have.
const fairSeeds = 5

// deadAUC is the AUC below which a run has learned nothing.
const deadAUC = 0.51

// Rules say in words what a reader who doubts a table should know: which rules of a fair comparison it breaks. The rules
// are: as many candidates for each method; all methods search the learning rate, or none does; every candidate with every
// seed, so that the mean over them chooses; the chosen coefficient is not an edge of its candidates; five seeds; no run that
// has learned nothing (AUC below 0.51); all runs of one build, on one processor, with the same data.
func (t *Table) Rules() []string {
	var list []string
	for _, rule := range []func() string{t.unequalCandidates, t.unequalRates, t.chosenByFew, t.edges, t.fewSeeds, t.dead, t.mixed} {
		if text := rule(); text != "" {
			list = append(list, text)
		}
	}
	return list
}

// caveats writes the rules that a table breaks as Markdown.
func (t *Table) caveats(b *strings.Builder) {
	rules := t.Rules()
	if len(rules) == 0 {
		return
	}
	b.WriteString("\nCaveats:\n\n")
	for _, rule := range rules {
		fmt.Fprintf(b, "- %s\n", rule)
	}
}

// cells are those that have runs.
func (t *Table) cells() []*Cell {
	return slices.DeleteFunc(slices.Clone(t.Cells), func(c *Cell) bool { return c == nil })
}

// named lists cells as "method (model, model)", and without the models if they are all.
func (t *Table) named(cells []*Cell) string {
	var methods []string
	models := map[string][]string{}
	for _, c := range cells {
		if models[c.Method] == nil {
			methods = append(methods, c.Method)
		}
		models[c.Method] = append(models[c.Method], c.Model)
	}
	for i, method := range methods {
		if len(models[method]) == len(t.Models) {
			continue
		}
		methods[i] = fmt.Sprintf("%s (%s)", method, strings.Join(models[method], ", "))
	}
	return strings.Join(methods, ", ")
}

func (t *Table) unequalCandidates() string {
	counts := map[string]int{}
	for _, c := range t.cells() {
		counts[c.Method] = max(counts[c.Method], len(c.Candidates))
	}
	different := map[int]bool{}
	var list []string
	for _, method := range t.Methods {
		if n := counts[method]; n > 0 {
			different[n] = true
			list = append(list, fmt.Sprintf("%s %d", method, n))
		}
	}
	if len(different) < 2 {
		return ""
	}
	return "The methods had different numbers of candidates: " + strings.Join(list, ", ") + "."
}

// unequalRates is about the one parameter that all methods have: a better learning rate can be worth more than a cure.
func (t *Table) unequalRates() string {
	var searched, kept []*Cell
	for _, c := range t.cells() {
		if least, most := c.candidateRange("learning_rate"); least < most {
			searched = append(searched, c)
		} else {
			kept = append(kept, c)
		}
	}
	if len(searched) == 0 || len(kept) == 0 {
		return ""
	}
	return fmt.Sprintf("Only some methods searched the learning rate: %s; not %s.", t.named(searched), t.named(kept))
}

// candidateRange returns the smallest and the largest value of a parameter among the candidates.
func (c *Cell) candidateRange(parameter string) (least, most float64) {
	var values []float64
	for _, candidate := range c.Candidates {
		values = append(values, candidate.Parameters[parameter])
	}
	return slices.Min(values), slices.Max(values)
}

func (t *Table) chosenByFew() string {
	few := slices.DeleteFunc(t.cells(), func(c *Cell) bool { return c.Seeds == len(c.Runs) })
	if len(few) == 0 {
		return ""
	}
	return "Not every candidate ran with every seed, so that the first seed alone chose: " + t.named(few) + "."
}

func (t *Table) edges() string {
	var list []string
	for _, c := range t.cells() {
		for _, edge := range c.edges() {
			list = append(list, fmt.Sprintf("%s on %s %s", c.Method, c.Model, edge))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "The chosen coefficient is the smallest or the largest of its candidates, so that a better one may lie beyond: " +
		strings.Join(list, ", ") + "."
}

// edges names the coefficients of the chosen candidate that are the smallest or the largest of several.
func (c *Cell) edges() (list []string) {
	chosen := c.Runs[0].Parameters
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		least, most := c.candidateRange(name)
		if least < most && (chosen[name] == least || chosen[name] == most) {
			list = append(list, fmt.Sprintf("%s %g", name, chosen[name]))
		}
	}
	return list
}

func (t *Table) fewSeeds() string {
	least := fairSeeds
	for _, c := range t.cells() {
		least = min(least, len(c.Runs))
	}
	if least == fairSeeds {
		return ""
	}
	return fmt.Sprintf("There are fewer than %d seeds.", fairSeeds)
}

func (t *Table) dead() string {
	var list []string
	for _, c := range t.cells() {
		if n := c.dead(); n > 0 {
			list = append(list, fmt.Sprintf("%s on %s (%d of %d; the median is %.4f)", c.Method, c.Model, n, len(c.Runs), c.median()))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "Runs that have learned nothing pull the mean down: " + strings.Join(list, ", ") + "."
}

// last lists the test AUC after the last epoch of each seed, in their order.
func (c *Cell) last() (aucs []float64) {
	for _, r := range c.Runs {
		aucs = append(aucs, float64(r.Last().TestAUC))
	}
	slices.Sort(aucs)
	return aucs
}

// dead counts the runs that have learned nothing.
func (c *Cell) dead() (n int) {
	for _, auc := range c.last() {
		if !(auc >= deadAUC) {
			n++
		}
	}
	return n
}

// median is that of the test AUC after the last epoch, the lower one of an even number.
func (c *Cell) median() float64 { return stat.Quantile(0.5, stat.Empirical, c.last(), nil) }

func (t *Table) mixed() string {
	var list []string
	for _, of := range []struct {
		what string
		get  func(*experiment.Record) string
	}{
		{"builds", func(r *experiment.Record) string { return r.Version }},
		{"instruction sets", func(r *experiment.Record) string { return r.Kernel }},
		{"versions of the data", func(r *experiment.Record) string { return r.DataHash }},
	} {
		values := map[string]bool{}
		for _, c := range t.cells() {
			for _, r := range c.Runs {
				values[of.get(r)] = true
			}
		}
		if len(values) > 1 {
			list = append(list, fmt.Sprintf("%s (%s)", of.what, strings.Join(slices.Sorted(maps.Keys(values)), ", ")))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "The runs are of several " + strings.Join(list, " and ") + "."
}
