package report

import (
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

// made is a run of a solver, whose method has its name, with the given AUCs of the test and of the validation part.
func made(solver, model string, seed uint64, aucs ...float64) *experiment.Record {
	r := invented(solver, model, seed, 0, aucs...)
	r.Solver, r.Parameters = solver, nil
	for i := range r.Results {
		r.Results[i].ValidAUC = r.Results[i].TestAUC
	}
	r.Key = r.Settings.Key()
	return r
}

// changed is a run of which something is changed.
func changed(r *experiment.Record, change func(*experiment.Record)) *experiment.Record {
	change(r)
	r.Key = r.Settings.Key()
	return r
}

// claimsOf returns, of the claims that were measured, what holds and what was found, by the text.
func claimsOf(t *testing.T, records ...*experiment.Record) (holds, ours map[string]string) {
	t.Helper()
	holds, ours = map[string]string{}, map[string]string{}
	for _, c := range Claims(Summarize(storeOf(t, records))) {
		if c.Holds != notMeasured {
			holds[c.Text], ours[c.Text] = c.Holds, c.Ours
			require.Contains(t, c.Records, "records.jsonl (")
		}
	}
	return holds, ours
}

func TestClaimsAboutMethods(t *testing.T) {
	// On dnn Adam falls by 0.02; SAM keeps 0.015 of it, MEDA 0.01 and AdamW 0.011. On wdl Adam falls by 0.001 only.
	records := []*experiment.Record{
		made("adam", "dnn", 1, 0.72, 0.73, 0.71), made("adam", "wdl", 1, 0.72, 0.73, 0.729),
		made("meda", "dnn", 1, 0.72, 0.73, 0.72), made("meda", "wdl", 1, 0.72, 0.73, 0.73),
		made("sam", "dnn", 1, 0.72, 0.73, 0.715), made("adamw", "dnn", 1, 0.72, 0.73, 0.719),
		made("adamar", "dnn", 1, 0.71, 0.74, 0.74), made("adamar", "wdl", 1, 0.71, 0.72, 0.725),
	}
	holds, ours := claimsOf(t, records...)
	require.Equal(t, "in 1 of 2 cells", holds["Adam collapses after one epoch"])
	require.Equal(t, "fall of the AUC from the best epoch to the last: log dnn: 0.0200; log wdl: 0.0010", ours["Adam collapses after one epoch"])
	require.Equal(t, "yes", holds["MEDA alleviates the collapse: at most half of the fall is left"])
	require.Equal(t, "no", holds["Weight decay alleviates the collapse: at most half of the fall is left"])
	require.Equal(t, "yes", holds["SAM does not cure the collapse: more than half of the fall is left"])
	require.Equal(t, "yes", holds["Adaptive regularization cures the collapse: at most half of the fall is left"])
	require.Equal(t, "no", holds["AdamAR is the best method after every epoch"], "wdl has too few methods")
	require.Equal(t, bestFigure+": log dnn: 2 of 3", ours["AdamAR is the best method after every epoch"])
	require.Equal(t, "yes", holds["AdamAR is the best method up to the epoch with the best validation AUC"])
	require.Equal(t, "yes", holds["Decay by frequency is better than constant decay, after the last epoch"])
	require.NotContains(t, holds, "Adagrad collapses after one epoch")
	require.Equal(t, []string{"adam does not collapse in 1 cell; from its best epoch to the last it falls by 0.0010 on log wdl."}, Exceptions(Summarize(storeOf(t, records))))
}

func TestAnotherMethodThatIsBetterIsAnException(t *testing.T) {
	var records []*experiment.Record
	for seed, noise := range []float64{0.001, 0.002, 0.003} {
		records = append(records, made("adagrad", "dnn", uint64(seed), 0.75+noise, 0.70), made("meda-adagrad", "dnn", uint64(seed), 0.75, 0.76+noise),
			made("adagradar", "dnn", uint64(seed), 0.74, 0.75+noise/2))
	}
	list := Exceptions(Summarize(storeOf(t, records)))
	require.Len(t, list, 1, "adagrad is better, too, but not significantly")
	require.Contains(t, list[0], "log dnn: meda-adagrad is better than adagradar up to the epoch with the best validation AUC: 0.7620 against 0.7510, p = ")
}

func TestClaimsAboutCurves(t *testing.T) {
	figures := func(losses, gaps, bounds [2]float64, norm float64, auc float64, buckets ...metrics.RowGroup) func(*experiment.Record) {
		return func(r *experiment.Record) {
			for e := range r.Results {
				r.Results[e].TrainLoss = experiment.Figure(losses[e])
				r.Results[e].TestLogLoss = experiment.Figure(losses[e] + gaps[e])
				r.Results[e].Rademacher, r.Results[e].EmbeddingNorm = experiment.Figure(bounds[e]), experiment.Figure(norm)
				r.Results[e].Buckets = buckets
			}
			r.BucketAUC = []experiment.Figure{experiment.Figure(auc), 0.5}
		}
	}
	group := func(rows int, norm, lambda float64) metrics.RowGroup {
		return metrics.RowGroup{Name: "b", Rows: rows, Norm: norm, MeanLambda: lambda}
	}
	plain := changed(made("adam", "dnn", 1, 0.73, 0.71), figures([2]float64{0.6, 0.5}, [2]float64{0.1, 0.3}, [2]float64{2, 5}, 9, 0.6, group(100, 7, 0), group(10, 5, 0)))
	// Lambda goes with the power -1 of the frequency: ten times as many rows have a tenth of the frequency each.
	ar := changed(made("adamar", "dnn", 1, 0.73, 0.74), figures([2]float64{0.6, 0.58}, [2]float64{0.1, 0.2}, [2]float64{2, 3}, 8, 0.7, group(100, 6, 0.1), group(10, 4, 0.01)))
	holds, ours := claimsOf(t, plain, ar)
	loss := curveQuestions()[0].text
	require.Equal(t, "yes", holds[loss])
	require.Equal(t, "relative fall in epoch 2: log dnn: 0.1667", ours[loss])
	require.Equal(t, "yes", holds[curveQuestions()[1].text])
	require.Equal(t, "norm, as a share of the lowest other: log dnn: 0.8889", ours[curveQuestions()[1].text])
	require.Equal(t, "no", holds[curveQuestions()[2].text], "the AUC of one bucket is the same")
	require.Equal(t, "buckets with a lower norm, and with a higher AUC: log dnn: 2 of 2, 1 of 2", ours[curveQuestions()[2].text])
	require.Equal(t, "yes", holds[curveQuestions()[3].text])
	require.Equal(t, "rank correlation: log dnn: 1", ours[curveQuestions()[3].text])
	require.Equal(t, "yes", holds[curveQuestions()[4].text])
	require.Equal(t, "the power: log dnn: -1.00, over frequencies that differ by a factor of 10", ours[curveQuestions()[4].text])

	ar.Results[1].Buckets = []metrics.RowGroup{group(100, 6, 0.1), group(10, 6, 0.05)}
	ar.Results[1].EmbeddingNorm = 10
	holds, ours = claimsOf(t, plain, ar)
	require.Equal(t, "no", holds[curveQuestions()[1].text])
	require.Contains(t, ours[curveQuestions()[2].text], "1 of 2, 1 of 2")
	require.Equal(t, "no", holds[curveQuestions()[4].text])
	require.Contains(t, ours[curveQuestions()[4].text], "-0.30")
}

func TestRanks(t *testing.T) {
	require.Equal(t, []float64{2, 0.5, 0.5, 3}, ranks([]float64{5, 1, 1, 8}))
}

func TestClaimsAboutTheFieldThatCollapses(t *testing.T) {
	without := func(r *experiment.Record, fields ...string) *experiment.Record {
		return changed(r, func(r *experiment.Record) { r.Ablation.Without = fields })
	}
	keep := func(r *experiment.Record, share float64) *experiment.Record {
		return changed(r, func(r *experiment.Record) { r.Ablation.Keep = map[string]float64{"ip": share} })
	}
	records := []*experiment.Record{
		made("adam", "dnn", 1, 0.75, 0.71), without(made("adam", "dnn", 1, 0.75, 0.72), "user"),
		without(made("adam", "dnn", 1, 0.74, 0.73), "ip"), without(made("adam", "dnn", 1, 0.60, 0.60), "ip", "user"),
		keep(made("adam", "dnn", 1, 0.74, 0.735), 0), keep(made("adam", "dnn", 1, 0.75, 0.74), 0.5),
	}
	holds, ours := claimsOf(t, records...)
	field, values, worth := gridQuestions()[1], gridQuestions()[2], gridQuestions()[3]
	require.Equal(t, "yes", holds[field.text])
	require.Equal(t, field.figure+": log: ip, 0.0100 instead of 0.0400", ours[field.text])
	require.Equal(t, "yes", holds[values.text])
	require.Equal(t, values.figure+": log: ip 1: 0.0400, 0.5: 0.0100, 0: 0.0050", ours[values.text])
	require.Equal(t, "yes", holds[worth.text])
	require.Equal(t, worth.figure+": log: -0.0100", ours[worth.text])

	tables := Summarize(storeOf(t, records))
	require.Len(t, tables, 6)
	require.Equal(t, []*Table{tables[0]}, sections(tables))
	left := tables[0].LeftOut(tables)
	require.Equal(t, []string{"data", "E1", "E2", "fall"}, left.Columns)
	require.Equal(t, ModelRow{"adam", "dnn", []string{"all", "0.7500", "0.7100", "0.0400"}}, left.Rows[0])
	require.Equal(t, ModelRow{"adam", "dnn", []string{"without ip, user", "0.6000", "0.6000", "0.0000"}}, left.Rows[3])
	require.Nil(t, tables[1].LeftOut(tables))

	holds, _ = claimsOf(t, records[0], records[1], keep(made("adam", "dnn", 1, 0.77, 0.70), 0.5))
	require.Equal(t, "no", holds[field.text])
	require.Equal(t, "no", holds[values.text])
	require.NotContains(t, holds, worth.text)
}

func TestClaimsAboutBucketsAndAlpha(t *testing.T) {
	var records []*experiment.Record
	for n, auc := range []float64{0.70, 0.71, 0.73} {
		records = append(records, changed(made("adamar", "dnn", 1, auc), func(r *experiment.Record) {
			r.Method, r.Buckets, r.AdaptiveBuckets, r.BucketField = string(rune('a'+n)), 2, n, "ip"
		}))
	}
	holds, ours := claimsOf(t, records...)
	require.Equal(t, "yes", holds[gridQuestions()[0].text])
	require.Equal(t, gridQuestions()[0].figure+": log dnn (ip): 0.7000 0.7100 0.7300", ours[gridQuestions()[0].text])
	records[1].Results[0].TestAUC = 0.69
	holds, _ = claimsOf(t, records...)
	require.Equal(t, "no", holds[gridQuestions()[0].text])

	records = nil
	for n, auc := range []float64{0.70, 0.748, 0.75, 0.746, 0.72} {
		records = append(records, changed(made("adamar", "dnn", 1, auc), func(r *experiment.Record) {
			alpha := []float64{0, 1e-4, 3e-4, 1e-3, 3e-3}[n]
			r.Method, r.Parameters = string(rune('a'+n)), map[string]float64{"alpha": alpha}
		}))
	}
	holds, ours = claimsOf(t, records...)
	last := gridQuestions()[4]
	require.Equal(t, "yes", holds[last.text])
	require.Equal(t, last.figure+": log dnn: 0.0001 to 0.001", ours[last.text])
	records[1].Results[0].TestAUC = 0.744
	holds, _ = claimsOf(t, records...)
	require.Equal(t, "no", holds[last.text])
}

func TestTheClaimOfEquation14(t *testing.T) {
	of := func(method string, keepState float64, aucs ...float64) *experiment.Record {
		return changed(made("meda", "dnn", 1, aucs...), func(r *experiment.Record) {
			r.Method, r.EmbeddingInit, r.Parameters = method, "zeros", map[string]float64{"keep_state": keepState}
		})
	}
	meda, near, far := of("MEDA", 0, 0.70, 0.72), of("limit", 1, 0.70, 0.721), of("limit", 1, 0.70, 0.715)
	of14 := func(limit *experiment.Record) (held, found string) {
		for _, c := range Claims(Summarize(storeOf(t, []*experiment.Record{meda, limit}))) {
			if strings.Contains(c.Text, "equation 14") {
				return c.Holds, c.Ours
			}
		}
		return "", ""
	}
	held, found := of14(near)
	require.Equal(t, "yes", held)
	require.Equal(t, "largest difference: log dnn: 0.0010", found)
	held, _ = of14(far)
	require.Equal(t, "no", held)

	held, found = of14(of("limit", 1, 0.701))
	require.Equal(t, "yes", held, "epochs that both have")
	require.Equal(t, "largest difference: log dnn: 0.0010", found)
	around := func(solver string) *experiment.Record {
		return changed(of("limit", 1, 0.70, 0.72), func(r *experiment.Record) { r.Solver = solver })
	}
	held, _ = of14(around("meda-adagrad"))
	require.Empty(t, held, "MEDA around Adam is no limit of MEDA around Adagrad")
}

func TestNoClaimsOfSomethingElse(t *testing.T) {
	tables := Summarize(storeOf(t, []*experiment.Record{made("ftrl", "dnn", 1, 0.7)}))
	require.Nil(t, Claims(tables))
}
