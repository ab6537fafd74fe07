// Package solvers changes weights: it holds the solvers of the paper (Li and Lyu, Adaptive
// Regularization for Large-Scale Sparse Feature Embedding Models, ICLR 2026) as types of
// gorgonia.Solver.
//
// A solver is a base (Adam, ...) with a decay of the embedding rows: none, a constant share at
// every step (W), or adaptive regularization (AR), a share of min(1, alpha*I) after I steps without a
// gradient. Dense weights take the base only.
//
// # Rows that a batch does not touch
//
// By default (EveryStep; Global in the words of HugeCTR) every row moves at every step, touched
// or not, exactly as Algorithm 1 of the paper has it: its moments decay, its momentum moves it,
// its decay shrinks it. This is evaluated late: a row is settled, over all steps since it was last
// seen, just before graph.Lookup reads it, so that a step costs as much as it has touched rows.
// Settling is exact but for rounding and a cut of the momentum's tail, below 2e-6 of the tail.
//
// With WithOnTouch (LazyGlobal) a row moves only at the steps that touch it. This is what
// PyTorch's SparseAdam does. It is a different method: under it adaptive regularization does not
// prevent the collapse after one epoch.
//
// # Choosing alpha
//
// Alpha counts steps, so its effect depends on the batch size. Its half-life does not, if it is
// thought of in epochs: the number of steps h after which a row that no batch touches has lost half
// of its norm, with alpha = 2 ln 2 / h^2. After two half-lives 1/16 is left, after three 1/512, after
// x of them 2^-(x^2).
//
//	alpha     half-life   nothing is left after
//	10^-6.5   2,094       3,162,278 steps
//	1e-6      1,177       1,000,000
//	1e-5        372         100,000
//	1e-4        118          10,000
//	1e-3         37           1,000
//	1e-2         12             100
//	0.1           3.7            10
//
// With batches of twice the size an epoch has half the steps: keep the half-life in epochs, that is
// halve it in steps, that is multiply alpha by four. WithHalfLife takes it in steps;
// HalfLifeOfAlpha and AlphaOfHalfLife convert.
//
// # Use
//
//	solver, err := solvers.NewAdamAR(solvers.WithAlpha(1e-4))
//	...
//	err = vm.RunAll()
//	err = solver.Step(gorgonia.NodesToValueGrads(learnables))
//	vm.Reset()
//
// Before the tables are read in any other way than by Lookup, call SettleAll.
package solvers
