// Package solvers changes weights: it holds the solvers of the paper (Li and Lyu, Adaptive
// Regularization for Large-Scale Sparse Feature Embedding Models, ICLR 2026) and their rivals as types
// of gorgonia.Solver. It makes no nodes and runs no loop; package parallel below it steps with the
// gradients of several processes.
//
// A solver is a base (Adam, ...) with a decay of the embedding rows: none, a constant share at
// every step (W), or adaptive regularization (AR), a share of min(1, alpha*I) after I steps without a
// gradient. Dense weights take the base only.
//
// # Rows that a batch does not touch
//
// By default (EveryStep; Global in the words of HugeCTR) every row moves at every step, touched
// or not, exactly as Algorithm 1 of the paper has it: its moments decay, its momentum moves it,
// its decay shrinks it. The solvers compute this late: just before graph.Lookup reads a row, they settle
// it over all steps since it was last read, so that the cost of a step grows only with the rows that it
// touches. Settling is exact but for rounding and a cut of the momentum's tail, below 2e-6 of the tail.
//
// With WithOnTouch (OnTouch; LazyGlobal) a row moves only at the steps that touch it. This is what
// PyTorch's SparseAdam does. It is a different method: under it adaptive regularization does not
// prevent the collapse after one epoch.
//
// # Choosing alpha
//
// Alpha counts steps, so its effect depends on the batch size. Its half-life in epochs does not. The
// half-life is the number of steps h after which a row that no batch touches has lost half of its norm:
// alpha = 2 ln 2 / h^2. After two half-lives 1/16 is left, after three 1/512, after x of them 2^-(x^2).
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
// With batches of twice the size an epoch has half the steps. To keep the half-life in epochs, halve it
// in steps, which multiplies alpha by four. WithHalfLife takes it in steps; HalfLifeOfAlpha and
// AlphaOfHalfLife convert.
//
// # Use
//
//	solver, err := solvers.NewAdamAR(solvers.WithAlpha(1e-4))
//	...
//	err = vm.RunAll()
//	err = solver.Step(gorgonia.NodesToValueGrads(learnables))
//	vm.Reset()
//
// Before the tables are read in any other way than by Lookup, call SettleAll. Rows in bfloat16, see WithRowWeights, are never settled:
// Table.ReadRows and Table.Chunks compute them.
//
// # Solvers of one's own
//
// A solver implements Solver, or wraps another as a Wrapper. What else it can do it says by further
// interfaces, which As finds: LearnRater, RateScaler, Stateful, Previewer, Bucketed, Decaying, TwoPass,
// EpochStarter and RowKeeper. What it does not need it says too, by RowCounter and Spreader: without a word, parallel
// ranks exchange all that it may need and refuse what it may not bear. An Entry describes it to commands
// and grids, with Parameters of its own; NewCatalog adds it to the solvers of this package.
package solvers
