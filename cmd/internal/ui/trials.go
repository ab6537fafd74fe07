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
	_, err := fmt.Fprintf(r.out, "trial %3d  valid AUC %s  %d epochs  %s\n", t.Number, decimals(t.AUC(), 4), len(t.Records[0].Results), values(t))
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
	_, err := fmt.Fprintf(r.out, "winner: trial %d, %s\nvalid AUC %s, 95%% interval %s to %s over %d seeds; test AUC %s\ntrain it with: %s\n",
		t.Number, values(t), decimals(t.AUC(), 4), decimals(low, 4), decimals(high, 4), len(t.Records), decimals(t.TestAUC(), 4), command)
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
