package solvers

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// referenceRow is a row of weights with its state, in float64. Formulas take it through every step
// of training, with a gradient of zeros when the batch does not touch it.
type referenceRow struct {
	w, m, v []float64
	s       int // latest step with a gradient that is not zero
	touch   int // latest step that touched the row
	count   int // of the steps that touched it
	bucket  uint8
}

// referenceStep is what all rows of a step have in common.
type referenceStep struct {
	k       int
	rate    float64
	touched bool // by the batch: the row at hand
	most    int  // the largest count of all rows
}

// formula is one step of a row, g its gradient, which the formula may change.
type formula func(r *referenceRow, g []float64, step referenceStep)

// adamFormula is Algorithm 1 of the paper without decay, which comes from lambda.
func adamFormula(beta1, beta2 float64, root func(v float64) float64, lambda formulaDecay) formula {
	return func(r *referenceRow, g []float64, step referenceStep) {
		k := float64(step.k)
		correction1, correction2 := 1-math.Pow(beta1, k), 1-math.Pow(beta2, k)
		share := lambda(r, step)
		for j := range r.w {
			r.m[j] = beta1*r.m[j] + (1-beta1)*g[j]
			r.v[j] = beta2*r.v[j] + (1-beta2)*g[j]*g[j]
			r.w[j] = r.w[j] - share*r.w[j] - step.rate*r.m[j]/correction1/root(r.v[j]/correction2)
		}
	}
}

func adagradFormula(root func(v float64) float64, lambda formulaDecay) formula {
	return func(r *referenceRow, g []float64, step referenceStep) {
		share := lambda(r, step)
		for j := range r.w {
			r.v[j] += g[j] * g[j]
			r.w[j] = r.w[j] - share*r.w[j] - step.rate*g[j]/root(r.v[j])
		}
	}
}

// rmspropARFormula is FBGEMM's: optimizers.py, rowwise_rmsprop_ar.
func rmspropARFormula(alpha, beta, eps, floor float64) formula {
	return func(r *referenceRow, g []float64, step referenceStep) {
		sum := 0.0
		for _, v := range g {
			sum += v * v
		}
		r.v[0] = beta*r.v[0] + (1-beta)*sum/float64(len(g))
		interval := 1
		if r.touch > 0 {
			interval = step.k - r.touch
		}
		keep := max(floor, 1-min(1, step.rate*alpha*float64(interval)))
		for j := range r.w {
			r.w[j] = keep*r.w[j] - step.rate/(math.Sqrt(r.v[0])+eps)*g[j]
		}
	}
}

// whenTouched leaves a row alone at the steps that do not touch it.
func whenTouched(f formula) formula {
	return func(r *referenceRow, g []float64, step referenceStep) {
		if step.touched {
			f(r, g, step)
		}
	}
}

// withL2 adds the gradient of l2/2 times the squared norm of all rows.
func withL2(l2 float64, f formula) formula {
	return func(r *referenceRow, g []float64, step referenceStep) {
		for j := range g {
			g[j] += l2 * r.w[j]
		}
		f(r, g, step)
	}
}

// withCowClip is clip_t of LargeBatchCTR's clip.py, for rows that occur once in a batch.
func withCowClip(ratio, zeta float64, f formula) formula {
	return func(r *referenceRow, g []float64, step referenceStep) {
		limit := ratio * max(norm(r.w), ratio*math.Sqrt(float64(len(g)))*zeta)
		factor := limit / max(norm(g), limit)
		for j := range g {
			g[j] *= factor
		}
		f(r, g, step)
	}
}

// withFrequency is the learning rate of FAL.
func withFrequency(f formula) formula {
	return func(r *referenceRow, g []float64, step referenceStep) {
		step.rate *= math.Log(float64(r.count+1)) / math.Log(float64(step.most+1))
		f(r, g, step)
	}
}

func withClip(limit float64, f formula) formula {
	return func(r *referenceRow, g []float64, step referenceStep) {
		for j := range g {
			g[j] = max(-limit, min(limit, g[j]))
		}
		f(r, g, step)
	}
}

func norm(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

func rootInside(eps float64) func(float64) float64 {
	return func(v float64) float64 { return math.Sqrt(v + eps) }
}

func rootOutside(eps float64) func(float64) float64 {
	return func(v float64) float64 { return math.Sqrt(v) + eps }
}

// formulaDecay is lambda of a row.
type formulaDecay func(r *referenceRow, step referenceStep) float64

func never(*referenceRow, referenceStep) float64 { return 0 }

func always(c float64) formulaDecay {
	return func(*referenceRow, referenceStep) float64 { return c }
}

// adaptive is equations 10 and 11 of the paper.
func adaptive(alpha float64) formulaDecay {
	return func(r *referenceRow, step referenceStep) float64 {
		return min(1, alpha*float64(step.k-r.s-1))
	}
}

// timesRate multiplies a decay by the learning rate.
func timesRate(d formulaDecay) formulaDecay {
	return func(r *referenceRow, step referenceStep) float64 { return step.rate * d(r, step) }
}

// atMost limits a decay.
func atMost(limit float64, d formulaDecay) formulaDecay {
	return func(r *referenceRow, step referenceStep) float64 { return min(limit, d(r, step)) }
}

// byBucket is one decay for rows of buckets 0 to n, and another for the rest.
func byBucket(n uint8, first, rest formulaDecay) formulaDecay {
	return func(r *referenceRow, step referenceStep) float64 {
		if r.bucket <= n {
			return first(r, step)
		}
		return rest(r, step)
	}
}

// comparison is a solver and the formula it is to follow.
type comparison struct {
	name    string
	solver  string // in the catalog
	options []Option
	formula formula
	buckets bool // rows are in buckets 0 to 4, in turn
	halve   bool // the learning rate is halved at steps 400 and 800

	schedule schedule.Schedule // of the learning rate; nil: none
	halves   bool              // moments are rounded at gradients
}

// comparisons are all solvers but SAM and MEDA, with their options.
func comparisons() []comparison {
	adam := func(lambda formulaDecay) formula { return adamFormula(0.9, 0.999, rootInside(1e-8), lambda) }
	adamOutside := func(lambda formulaDecay) formula { return adamFormula(0.9, 0.999, rootOutside(1e-8), lambda) }
	adagrad := func(lambda formulaDecay) formula { return adagradFormula(rootOutside(1e-10), lambda) }
	mixed := byBucket(2, adaptive(1e-3), always(0.01))
	list := []comparison{
		{name: "Adam", solver: "adam", formula: adam(never)},
		{name: "Adam, eps outside", solver: "adam", options: []Option{WithEpsOutside()}, formula: adamOutside(never)},
		{name: "Adam, other betas", solver: "adam", options: []Option{WithBeta1(0.5), WithBeta2(0.9), WithEps(1e-4)},
			formula: adamFormula(0.5, 0.9, rootInside(1e-4), never)},
		{name: "Adam, short scale", solver: "adam", options: []Option{WithBeta2(0.95)},
			formula: adamFormula(0.9, 0.95, rootInside(1e-8), never)},
		{name: "Adam, no momentum", solver: "adam", options: []Option{WithBeta1(0)},
			formula: adamFormula(0, 0.999, rootInside(1e-8), never)},
		{name: "Adam, rate halved", solver: "adam", formula: adam(never), halve: true},
		{name: "Adam, clipped", solver: "adam", options: []Option{WithClip(1e-3)}, formula: withClip(1e-3, adam(never))},
		{name: "Adam on touch", solver: "adam", options: []Option{WithOnTouch()}, formula: whenTouched(adam(never))},

		{name: "AdamW", solver: "adamw", options: []Option{WithWeightDecay(0.01)}, formula: adam(always(0.01))},
		{name: "AdamW, all", solver: "adamw", options: []Option{WithWeightDecay(1)}, formula: adam(always(1))},
		{name: "AdamW, scaled", solver: "adamw", options: []Option{WithWeightDecay(1), WithScaledDecay()}, formula: adam(timesRate(always(1)))},
		{name: "AdamW on touch", solver: "adamw", options: []Option{WithWeightDecay(0.01), WithOnTouch()}, formula: whenTouched(adam(always(0.01)))},
		{name: "AdamW on touch, scaled, rate halved", solver: "adamw", options: []Option{WithWeightDecay(1), WithOnTouch(), WithScaledDecay()},
			formula: whenTouched(adam(timesRate(always(1)))), halve: true},

		{name: "AdamAR, scaled", solver: "adamar", options: []Option{WithAlpha(1), WithScaledDecay()}, formula: adam(adaptive(1e-3))},
		{name: "AdamAR, half-life", solver: "adamar", options: []Option{WithHalfLife(20)}, formula: adam(adaptive(2 * math.Ln2 / 400))},
		{name: "AdamAR, rate halved", solver: "adamar", options: []Option{WithAlpha(1e-3)}, formula: adam(adaptive(1e-3)), halve: true},
		{name: "AdamAR, min shrinkage", solver: "adamar", options: []Option{WithAlpha(0.1), WithMinShrinkage(0.7)}, formula: adam(atMost(0.3, adaptive(0.1)))},
		{name: "AdamAR, buckets", solver: "adamar", options: []Option{WithAlpha(1e-3), WithBuckets(2, 0.01)}, formula: adam(mixed), buckets: true},
		{name: "AdamAR on touch", solver: "adamar", options: []Option{WithAlpha(0.01), WithOnTouch()}, formula: whenTouched(adam(adaptive(0.01)))},

		{name: "Adagrad", solver: "adagrad", formula: adagrad(never)},
		{name: "Adagrad, eps inside", solver: "adagrad", options: []Option{WithEps(1e-6), WithEpsInside()}, formula: adagradFormula(rootInside(1e-6), never)},
		{name: "AdagradW", solver: "adagradw", options: []Option{WithWeightDecay(0.01)}, formula: adagrad(always(0.01))},
		{name: "AdagradAR", solver: "adagradar", options: []Option{WithAlpha(1e-3)}, formula: adagrad(adaptive(1e-3))},
		{name: "AdagradAR, rate halved", solver: "adagradar", options: []Option{WithAlpha(1e-3)}, formula: adagrad(adaptive(1e-3)), halve: true},
		{name: "AdagradAR, buckets", solver: "adagradar", options: []Option{WithAlpha(1e-3), WithBuckets(2, 0.01)}, formula: adagrad(mixed), buckets: true},
		{name: "AdagradAR on touch", solver: "adagradar", options: []Option{WithAlpha(1e-3), WithOnTouch()}, formula: whenTouched(adagrad(adaptive(1e-3)))},

		{name: "RowWiseRMSpropAR", solver: "rmsprop-ar", options: []Option{WithAlpha(2)}, formula: whenTouched(rmspropARFormula(2, 0.99, 1e-8, 0.1))},
		{name: "RowWiseRMSpropAR, rate halved", solver: "rmsprop-ar", options: []Option{WithAlpha(2), WithBeta2(0.9), WithMinShrinkage(0)},
			formula: whenTouched(rmspropARFormula(2, 0.9, 1e-8, 0)), halve: true},
		{name: "L2", solver: "l2", options: []Option{WithL2Reg(1e-3)}, formula: withL2(1e-3, adam(never))},
		{name: "L2, rate halved", solver: "l2", options: []Option{WithL2Reg(1e-2), WithEpsOutside()}, formula: withL2(1e-2, adamOutside(never)), halve: true},
		{name: "L2 on touch", solver: "l2", options: []Option{WithL2Reg(1e-3), WithOnTouch()}, formula: whenTouched(withL2(1e-3, adam(never)))},
		{name: "FAL", solver: "fal", formula: withFrequency(adam(never))},
		{name: "FAL, rate halved", solver: "fal", formula: withFrequency(adam(never)), halve: true},
		{name: "FAL on touch", solver: "fal", options: []Option{WithOnTouch()}, formula: whenTouched(withFrequency(adam(never)))},
		{name: "CowClip", solver: "cowclip", options: []Option{WithClipRatio(0.3), WithClipFloor(1e-3)}, formula: withCowClip(0.3, 1e-3, adam(never))},
	}
	for name, s := range schedules() {
		list = append(list,
			comparison{name: "Adam, " + name, solver: "adam", formula: adam(never), schedule: s},
			comparison{name: "AdamW, " + name, solver: "adamw", options: []Option{WithWeightDecay(0.01)}, formula: adam(always(0.01)), schedule: s},
			comparison{name: "AdamAR, " + name, solver: "adamar", options: []Option{WithAlpha(1e-3)}, formula: adam(adaptive(1e-3)), schedule: s},
			comparison{name: "AdagradAR, " + name, solver: "adagradar", options: []Option{WithAlpha(1e-3)}, formula: adagrad(adaptive(1e-3)), schedule: s})
	}
	cosine := schedules()["warm-up, cosine"]
	list = append(list,
		comparison{name: "AdamW on touch, scaled, cosine", solver: "adamw", options: []Option{WithWeightDecay(1), WithOnTouch(), WithScaledDecay()},
			formula: whenTouched(adam(timesRate(always(1)))), schedule: cosine},
		comparison{name: "RowWiseRMSpropAR, cosine", solver: "rmsprop-ar", options: []Option{WithAlpha(2)}, formula: whenTouched(rmspropARFormula(2, 0.99, 1e-8, 0.1)), schedule: cosine},
		comparison{name: "L2, cosine", solver: "l2", options: []Option{WithL2Reg(1e-3)}, formula: withL2(1e-3, adam(never)), schedule: cosine},
		comparison{name: "FAL, cosine", solver: "fal", formula: withFrequency(adam(never)), schedule: cosine})
	for _, alpha := range []float64{0, 1e-6, 1e-4, 1e-2, 0.1, 0.9} {
		list = append(list,
			comparison{name: "AdamAR, alpha " + format(alpha), solver: "adamar", options: []Option{WithAlpha(alpha)}, formula: adam(adaptive(alpha))},
			comparison{name: "AdamAR, alpha " + format(alpha) + ", eps outside", solver: "adamar", options: []Option{WithAlpha(alpha), WithEpsOutside()}, formula: adamOutside(adaptive(alpha))})
	}
	return append(list, halvesComparisons(adam)...)
}

// schedules are one of each kind over the steps of a course.
func schedules() map[string]schedule.Schedule {
	return map[string]schedule.Schedule{
		"short warm-up":     schedule.WarmUp{Steps: 50},
		"long warm-up":      schedule.WarmUp{Steps: 1500},
		"step decay":        schedule.Step{Every: 300, Factor: 0.3},
		"exponential decay": schedule.Exponential{Every: 200, Factor: 0.5},
		"warm-up, cosine":   schedule.WarmUp{Steps: 200, Then: schedule.Cosine{Steps: 1500}}, // 0 from step 1,701 on
		"plateau":           schedule.Plateau{Factor: 0.3, Patience: 2, Floor: 1e-3},
	}
}

// Every solver against its formula, on every row at every step, in float64. Rows are touched with
// gaps of 1 to 2,000 steps, by gradients of 1e-9 to 1e-1, of which one in fifty is zero.
func TestSolversFollowTheirFormulas(t *testing.T) {
	for _, c := range comparisons() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			newCourse(t, c).run(2200)
		})
	}
}

// course is a training of random touches.
type course struct {
	t      *testing.T
	c      comparison
	rng    *rand.Rand
	solver Solver
	table  *graph.Table
	rows   []*referenceRow
	often  []float64 // the chance of a touch, by row
	size   []float64 // of gradients, by row
	rate   float64
	share  float64   // of the rate, by the schedule
	scores []float64 // that the schedule reads
	worst  float64
}

func newCourse(t *testing.T, c comparison) *course {
	const rowCount, dim = 60, 19 // a vector of 16 and three single values
	x := &course{t: t, c: c, rng: rand.New(rand.NewPCG(11, 12)), solver: made(t, c.solver, c.options...)}
	x.rate = as[LearnRater](t, x.solver).LearnRate()
	x.table = tableFor(t, x.solver, rowCount, dim)
	x.table.Initialize(graph.Normal(0.01), x.rng)
	var buckets []uint8
	for r := range rowCount {
		x.often = append(x.often, math.Pow(10, -3.3*x.rng.Float64()))
		x.size = append(x.size, math.Pow(10, -9+8*x.rng.Float64()))
		buckets = append(buckets, uint8(r%5))
		x.rows = append(x.rows, &referenceRow{w: widen(x.table.Row(r)), m: make([]float64, dim), v: make([]float64, dim), bucket: buckets[r]})
	}
	if c.buckets {
		require.NoError(t, as[Bucketed](t, x.solver).SetBuckets(x.table, buckets))
	}
	return x
}

func (x *course) run(steps int) {
	for k := 1; k <= steps; k++ {
		x.scale(k)
		if x.c.halve && (k == 400 || k == 800) {
			x.rate /= 2
			require.NoError(x.t, as[LearnRater](x.t, x.solver).SetLearnRate(x.rate))
		}
		x.step(k)
		if k%700 == 0 || k == steps {
			x.solver.SettleAll()
			for r := range x.rows {
				x.compare(r)
			}
		}
	}
	require.Less(x.t, x.worst, 1e-6)
	x.t.Logf("largest difference %.2g", x.worst)
}

// scale lets both take step k by the schedule. Every 100 steps there is a score, each worse than the one before.
func (x *course) scale(k int) {
	x.share = 1
	if x.c.schedule == nil {
		return
	}
	if k%100 == 0 {
		x.scores = append(x.scores, -float64(k))
	}
	x.share = x.c.schedule.Share(schedule.At{Step: k, Scores: x.scores})
	require.NoError(x.t, as[RateScaler](x.t, x.solver).ScaleLearnRate(x.share))
}

// step is step k of both.
func (x *course) step(k int) {
	dim := x.table.Dim()
	var list []int32
	var values []float32
	for r := range x.rows {
		if x.rng.Float64() >= x.often[r] && (k > 1 || r > 0) {
			continue
		}
		list = append(list, int32(r))
		size := x.size[r]
		if x.rng.IntN(50) == 0 {
			size = 0
		}
		for range dim {
			values = append(values, float32(x.rng.NormFloat64()*size))
		}
	}
	gradients := make([][]float64, len(x.rows))
	for i, r := range list {
		gradients[r] = widen(values[i*dim : (i+1)*dim])
	}
	x.table.Settle(list) // what Lookup does before it reads
	for _, r := range list {
		x.compare(int(r))
	}
	g, err := graph.NewRowGrad(list, values, dim)
	require.NoError(x.t, err)
	require.NoError(x.t, x.solver.Step([]gorgonia.ValueGrad{fake.Of(x.table, g)}))
	x.follow(k, gradients)
	if x.c.halves {
		x.round(gradients)
	}
}

// follow is the step of the formula.
func (x *course) follow(k int, gradients [][]float64) {
	most := 0
	for r, row := range x.rows {
		if gradients[r] != nil {
			row.count++
		}
		most = max(most, row.count)
	}
	for r, row := range x.rows {
		g, touched := gradients[r], gradients[r] != nil
		if !touched {
			g = make([]float64, len(row.w))
		}
		data := slices.ContainsFunc(g, func(v float64) bool { return v != 0 })
		x.c.formula(row, g, referenceStep{k: k, rate: x.rate * x.share, touched: touched, most: most})
		if data {
			row.s = k
		}
		if touched {
			row.touch = k
		}
	}
}

// compare notes how far a row is from what the formula gives. Differences of large weights count
// relatively.
func (x *course) compare(row int) {
	dim := x.table.Dim()
	values := make([]float32, dim)
	x.table.ReadRows(values, []int32{int32(row)})
	for j, got := range values {
		want := x.rows[row].w[j]
		x.worst = max(x.worst, math.Abs(float64(got)-want)/max(1, math.Abs(want)))
		if math.IsNaN(float64(got)) {
			x.worst = math.Inf(1)
		}
	}
}
