package bench

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/spf13/cobra"
)

// ranksOptions are the flags of "zoo bench ranks".
type ranksOptions struct {
	catalogs *flags.Catalogs

	model, solver string
	batch, rows   int
	rounds        int
	json, shard   bool
	solverFlags   *flags.Solver
}

func newRanksCommand(c *flags.Catalogs, comm ranks.Comm) *cobra.Command {
	o := ranksOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "ranks",
		Short: "Time training steps of several ranks against those of one",
		Long: `Time training steps of all ranks together against those of one rank with the whole batch, in turns,
on the batches and models of zoo bench step. With one core for each rank:

  GOMAXPROCS=1 mpirun -np 2 zoo bench ranks`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, comm) },
	}
	ui.ForRanks(cmd)
	f := cmd.Flags()
	f.StringVar(&o.model, "model", "dnn", "model")
	f.StringVar(&o.solver, "solver", "adamar", "solver")
	f.IntVar(&o.batch, "batch-size", 4096, "samples in a step, of all ranks together")
	f.IntVar(&o.rows, "rows", 1_000_000, "rows of the table, over all fields")
	f.IntVar(&o.rounds, "rounds", 20, "of 5 steps of one rank, and 5 of all")
	f.BoolVar(&o.shard, "shard-tables", false, "spread the rows of the table over the ranks")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	o.solverFlags = flags.AddSolver(f, c)
	return cmd
}

func (o *ranksOptions) run(cmd *cobra.Command, comm ranks.Comm) error {
	model, err := modelNamed(o.catalogs, o.model)
	if err != nil {
		return err
	}
	if o.batch%comm.Size() != 0 {
		return ui.Usagef("--batch-size must be a multiple of the %d ranks, got %d", comm.Size(), o.batch)
	}
	newSolver := func() (solvers.Solver, error) { return solverNamed(o.solverFlags, o.solver) }
	if _, err := newSolver(); err != nil {
		return err
	}
	figures, err := bench.RankBenchmark{
		Model: model, NewSolver: newSolver, Comm: comm, BatchSize: o.batch, Rows: o.rows, Rounds: o.rounds, ShardTables: o.shard, History: bench.HistoryOf(o.model),
	}.Run(cmd.Context())
	if err != nil || figures == nil { // rank 0 prints
		return err
	}
	return o.print(cmd.OutOrStdout(), figures)
}

func (o *ranksOptions) print(w io.Writer, f *bench.RankFigures) error {
	if o.json {
		return json.NewEncoder(w).Encode(struct {
			Model  string `json:"model"`
			Solver string `json:"solver"`
			Kernel string `json:"kernel"`
			*bench.RankFigures
		}{o.model, o.solver, kernel.Name(), f})
	}
	alone, together := f.SamplesPerSecond()
	_, err := fmt.Fprintf(w, `%s, %s, batch %d, %d rows, kernel %s: the fastest of %d rounds
one rank   %.2f ms a step, %.0f samples/s
%d ranks    %.2f ms a step, %.0f samples/s, %.1f %% of it exchange
speed-up   %.2fx
`, o.model, o.solver, f.BatchSize, f.Rows, kernel.Name(), f.Rounds, f.Alone, alone, f.Ranks, f.Together, together, 100*f.Exchange, f.Speedup)
	return err
}
