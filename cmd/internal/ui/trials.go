package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
)

// Trials prints the trials of a search: a line for each for people, a JSON object for scripts.
type Trials struct {
	out  io.Writer
	json bool
}

// NewTrials prints trials to out.
func NewTrials(out io.Writer, asJSON bool) *Trials { return &Trials{out, asJSON} }

// Add prints a trial that has ended.
func (r *Trials) Add(t *experiment.Trial) error {
	if r.json {
		return json.NewEncoder(r.out).Encode(trialObject(t))
	}
	parts := []string{fmt.Sprintf("trial %3d  valid AUC %s  %d epochs ", t.Number, decimals(t.AUC(), 4), len(t.Records[0].Results))}
	_, err := fmt.Fprintln(r.out, wrapped(append(parts, strings.Fields(values(t))...), widthOf(r.out)))
	return err
}

// Winner prints the trial that won, and the file of flags that trains it.
func (r *Trials) Winner(t *experiment.Trial, config string) error {
	command := "zoo train --config " + config
	low, high := t.Interval()
	if r.json {
		o := trialObject(t)
		o.Add("winner", true)
		o.Add("valid_auc_low", Finite(low))
		o.Add("valid_auc_high", Finite(high))
		o.Add("test_auc", Finite(t.TestAUC()))
		o.Add("config", config)
		o.Add("command", command)
		return json.NewEncoder(r.out).Encode(o)
	}
	lines := []string{
		fmt.Sprintf("winner: trial %d, %s", t.Number, values(t)),
		fmt.Sprintf("valid AUC %s, 95%% interval %s to %s over %d seeds; test AUC %s",
			decimals(t.AUC(), 4), decimals(low, 4), decimals(high, 4), len(t.Records), decimals(t.TestAUC(), 4)),
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(r.out, wrapped(strings.Fields(line), widthOf(r.out))); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(r.out, "train it with:", command) // in one piece, to be copied
	return err
}

func trialObject(t *experiment.Trial) Object {
	var parameters Object
	for _, v := range t.Values {
		parameters.Add(strings.ReplaceAll(v.Name, "_", "-"), number(v.Text))
	}
	return Object{
		{"trial", t.Number}, {"parameters", parameters}, {"epochs", len(t.Records[0].Results)},
		{"seeds", len(t.Records)}, {"valid_auc", Finite(t.AUC())},
	}
}

// number is a text as JSON has it: a number where it is one.
func number(text string) any {
	n := json.Number(text)
	if v, err := n.Float64(); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		return v
	}
	return text
}

// values lists those of a trial, as --search has their names.
func values(t *experiment.Trial) string {
	var list []string
	for _, v := range t.Values {
		list = append(list, v.Name+"="+v.Text)
	}
	return strings.Join(list, ", ")
}
