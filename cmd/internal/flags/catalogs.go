package flags

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/pflag"
)

// Own holds what a program adds to the models, solvers, data sets and metrics of this module.
type Own struct {
	Models  []zoo.Model
	Solvers []solvers.Entry
	Data    []known.Entry
	Metrics []metrics.Metric
}

// Catalogs has what --model, --solver, --data and --monitor can name in a program.
type Catalogs struct {
	Models  *zoo.Catalog
	Solvers *solvers.Catalog
	Data    known.Catalog
	Metrics []metrics.Metric // that are measured where none are chosen

	own Own
	err error
}

// NewCatalogs makes the catalogs of a program.
func NewCatalogs(own Own) (*Catalogs, error) {
	c := &Catalogs{own: own}
	c.Metrics = slices.Concat(metrics.Default(), own.Metrics)
	if err := metrics.Check(c.Metrics); err != nil {
		return nil, err
	}
	var err error
	if c.Data, err = known.All().With(own.Data...); err != nil {
		return nil, err
	}
	if c.Solvers, err = solvers.NewCatalog(own.Solvers...); err != nil {
		return nil, err
	}
	c.Models, err = zoo.NewCatalog(own.Models...)
	return c, err
}

// Err returns the first error of the flags that were made from the catalogs: one that has the name of
// another.
func (c *Catalogs) Err() error { return c.err }

// isFree reports whether a flag can be added, and otherwise keeps the error, in which whose names what
// the flag is for.
func (c *Catalogs) isFree(flags *pflag.FlagSet, name, whose string) bool {
	if flags.Lookup(name) == nil && name != "help" {
		return true
	}
	if c.err == nil {
		c.err = fmt.Errorf("%s: its flag --%s is already a flag of the command %s", whose, name, flags.Name())
	}
	return false
}

// Experiments returns the catalogs that grids and records name.
func (c *Catalogs) Experiments() experiment.Catalogs {
	return experiment.Catalogs{Models: c.Models, Solvers: c.Solvers, Metrics: c.own.Metrics}
}

// MetricNames lists the metrics that --metrics can name.
func (c *Catalogs) MetricNames() string { return names(slices.Concat(metrics.All(), c.own.Metrics)) }

func names(list []metrics.Metric) string {
	var all []string
	for _, m := range list {
		all = append(all, m.Name)
	}
	return strings.Join(all, ", ")
}

// OwnModels returns the models of one's own.
func (c *Catalogs) OwnModels() []zoo.Model { return c.own.Models }

// Load reads the model in the directory of a run, or in one of its checkpoints.
func (c *Catalogs) Load(path string) (*predict.Trained, error) {
	t, err := predict.Load(path, c.own.Models...)
	return t, noRun(path, err)
}

// Map is Load without a copy of the weights, whose bytes it does not check; see predict.Map.
func (c *Catalogs) Map(path string) (*predict.Trained, error) {
	t, err := predict.Map(path, c.own.Models...)
	return t, noRun(path, err)
}

// noRun says of a folder of prepared data, whose manifest is no manifest of a checkpoint, what it is.
func noRun(path string, err error) error {
	if !errors.Is(err, checkpoint.ErrDamaged) {
		return err
	}
	if _, other := prepared.ReadManifest(path); other != nil {
		return err
	}
	return fmt.Errorf("%s is prepared data, and no run: train on it with zoo train --data %s --out RUN", path, path)
}

// LoadToPredict is Load without a copy of the weights.
func (c *Catalogs) LoadToPredict(ctx context.Context, path string) (*predict.Trained, error) {
	t, err := c.Map(path)
	if err != nil {
		return nil, err
	}
	if err := t.Verify(ctx); err != nil {
		t.Free()
		return nil, err
	}
	return t, nil
}

// IsDrawn reports whether a name is that of a data set that is drawn, and so has no files.
func (c *Catalogs) IsDrawn(name string) bool {
	e, err := c.Data.Find(name)
	return err == nil && e.Draw != nil
}

// Drawn lists the data sets that are drawn.
func (c *Catalogs) Drawn() string { return c.dataNames(true) }

// Raw lists the data sets that are read from files.
func (c *Catalogs) Raw() string { return c.dataNames(false) }

func (c *Catalogs) dataNames(drawn bool) string {
	others := func(name string) bool { return c.IsDrawn(name) != drawn }
	return strings.Join(slices.DeleteFunc(c.Data.Names(), others), ", ")
}
