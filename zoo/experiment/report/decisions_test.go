package report

import (
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/stretchr/testify/require"
)

// validated is a run with test and validation AUCs.
func validated(solver, model string, aucs, valid [2]float64) *experiment.Record {
	r := made(solver, model, 1, aucs[:]...)
	for i := range r.Results {
		r.Results[i].ValidAUC = experiment.Figure(valid[i])
	}
	return r
}

func TestDecisionsSumUpTheCellsOfASituation(t *testing.T) {
	first, second := [2]float64{0.8, 0.7}, [2]float64{0.7, 0.8} // the epoch that the validation part chooses
	records := []*experiment.Record{
		validated("adagrad", "dnn", [2]float64{0.70, 0.60}, first), validated("adagrad", "wdl", [2]float64{0.70, 0.71}, second),
		validated("meda-adagrad", "dnn", [2]float64{0.70, 0.72}, second), validated("meda-adagrad", "wdl", [2]float64{0.70, 0.70}, second),
		validated("sam-adagrad", "dnn", [2]float64{0.69, 0.64}, first), validated("sam-adagrad", "wdl", [2]float64{0.69, 0.69}, second),
		validated("adagradw", "dnn", [2]float64{0.71, 0.70}, first), validated("adagradw", "wdl", [2]float64{0.69, 0.70}, second),
		validated("adagradar", "dnn", [2]float64{0.71, 0.74}, second), validated("adagradar", "wdl", [2]float64{0.68, 0.7108}, second),
		validated("adagrad", "wukong", [2]float64{0.5, 0.4}, first), validated("adagradar", "wukong", [2]float64{0.9, 0.9}, first), // others did not run there
	}
	decisions := Decisions(Summarize(storeOf(t, records)))
	require.Len(t, decisions, 7)
	var b strings.Builder
	writeDecisions(&b, decisions)
	_, table, _ := strings.Cut(b.String(), "\n\n")
	require.Equal(t, `| you train | cells | adagrad | meda-adagrad | sam-adagrad | adagradw | adagradar | choose |
|---|---|---|---|---|---|---|---|
| one epoch | 2 | +0.0000 (1) | +0.0000 (0) | -0.0100 (0) | +0.0000 (1) | -0.0050 (0) | adagrad, meda-adagrad, adagradw |
| up to the epoch with the best validation AUC | 2 | +0.0000 (0) | +0.0050 (0) | -0.0150 (0) | +0.0000 (0) | +0.0204 (2) | adagradar |
| all epochs, and adagrad collapses | 1 | +0.0000 (0) | +0.1200 (0) | +0.0400 (0) | +0.1000 (0) | +0.1400 (1) | adagradar |
| all epochs, and adagrad does not collapse | 1 | +0.0000 (0) | -0.0100 (0) | -0.0200 (0) | -0.0100 (0) | +0.0008 (1) | adagrad, adagradar |

| you train | cells | adagrad | adagradar | choose |
|---|---|---|---|---|
| one epoch | 1 | +0.0000 (0) | +0.4000 (1) | adagradar |
| up to the epoch with the best validation AUC | 1 | +0.0000 (0) | +0.4000 (1) | adagradar |
| all epochs, and adagrad collapses | 1 | +0.0000 (0) | +0.5000 (1) | adagradar |
`, table)
}

// A high rate is the best for one epoch, and a low one for many: who trains one epoch takes the high one.
func TestEachWayToTrainChoosesItsCandidate(t *testing.T) {
	with := func(solver string, rate float64, aucs, valid [2]float64) *experiment.Record {
		return changed(validated(solver, "dnn", aucs, valid), func(r *experiment.Record) { r.Parameters = map[string]float64{"learning_rate": rate} })
	}
	var records []*experiment.Record
	for _, solver := range []string{"meda-adagrad", "sam-adagrad", "adagradw", "adagradar"} {
		records = append(records, with(solver, 0.1, [2]float64{0.70, 0.70}, [2]float64{0.70, 0.70}))
	}
	high, low := [2]float64{0.73, 0.60}, [2]float64{0.65, 0.69}
	records = append(records, with("adagrad", 0.1, high, high), with("adagrad", 0.01, low, low))
	gains := map[string]string{}
	for _, d := range Decisions(Summarize(storeOf(t, records))) {
		gains[d.When] = d.Methods[1].Text()
	}
	require.Equal(t, map[string]string{
		"one epoch": "-0.0300 (0)",
		"up to the epoch with the best validation AUC": "-0.0300 (0)",
		"all epochs, and adagrad does not collapse":    "+0.0100 (1)",
	}, gains)
}
