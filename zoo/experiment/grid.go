package experiment

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/ablate"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/internal/safeyaml"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/goccy/go-yaml"
)

// ErrGrid is wrapped by the error of a grid that cannot be run.
var ErrGrid = errors.New("experiment: bad grid")

// Grid is every data set x model x method x seed. As YAML:
//
//	title: Adam and its cures
//	data:
//	  - {name: synthetic}
//	  - {name: amazon, parameters: {learning_rate: 0.002}}
//	models: [dnn, wdl]
//	methods:
//	  - {solver: adam}
//	  - {solver: adamar, parameters: {alpha: [1e-5, 1e-4]}, sweep: {embedding_dim: [8, 16]}}
//	seeds: [1, 2, 3]
type Grid struct {
	Title string `yaml:"title"`
	// Data are the data sets; where they come from is the runner's business.
	Data []Data `yaml:"data"`
	// Models are names of Catalogs.Models.
	Models  []string `yaml:"models"`
	Methods []Method `yaml:"methods"`
	// Seeds of everything random. Default: 1, 2, 3.
	Seeds []uint64 `yaml:"seeds"`
	// Epochs of every run. Default 4.
	Epochs int `yaml:"epochs"`
	// Patience is after how many epochs that are no better by the AUC of the validation part a run ends. Then the candidate is
	// chosen by its best epoch, not by the last one. Default: never.
	Patience int `yaml:"patience"`
	// BatchSize in samples. Default 512.
	BatchSize int `yaml:"batch_size"`
	// Hyperparameters of all models; each takes those that it has. Default: those of each model.
	Hyperparameters zoo.Settings `yaml:"hyperparameters"`
	// EmbeddingInit is how embeddings start, as graph.ParseInitializer reads it. Default: "normal:0.01".
	EmbeddingInit string `yaml:"embedding_init"`
	// CurvePoints is how often in an epoch training loss and test AUC are recorded. Default: only
	// at its end.
	CurvePoints int `yaml:"curve_points"`
	// Catalogs have the models and solvers that the grid names.
	Catalogs Catalogs `yaml:"-"`
}

// Catalogs are what grids and records name. The zero value has the models and the solvers of this module.
type Catalogs struct {
	Models  *zoo.Catalog
	Solvers *solvers.Catalog
	// Metrics measure the test part after every epoch, besides AUC, log loss and calibration.
	Metrics []metrics.Metric
}

// findSolver returns the entry of a solver.
func (c *Catalogs) findSolver(name string) (solvers.Entry, error) { return c.Solvers.Find(name) }

// Data is a data set of a grid. A name may occur several times, if not with the same ablation.
type Data struct {
	Name string `yaml:"name"`
	// Parameters of all solvers on this data set, by the names of solvers.Parameter.
	Parameters map[string]float64 `yaml:"parameters"`
	// BatchSize in samples. Default: that of the grid.
	BatchSize int `yaml:"batch_size"`
	// BucketField is the field whose values are divided into frequency buckets. Default: all fields, each by itself.
	BucketField string `yaml:"bucket_field"`
	// Ablation is what is left out of the data set. Default: nothing.
	Ablation ablate.Ablation `yaml:",inline"`
}

// Label names the data set and what is left out of it.
func (d *Data) Label() string { return d.Ablation.Label(d.Name) }

// Method is a solver with candidates for its parameters.
type Method struct {
	// Name is how reports call the method. Default: Solver.
	Name string `yaml:"name"`
	// Solver is a name of solvers.Catalog.
	Solver string `yaml:"solver"`
	// Parameters are candidates by the names of solvers.Parameter; a switch is 1.
	Parameters map[string]Candidates `yaml:"parameters"`
	// Sweep are candidates for any parameter of the solver or the model, for batch_size and for embedding_init, by their
	// names, as text: the values of a list in quotes, such as "64,32". A model takes those that it has.
	Sweep map[string]Words `yaml:"sweep"`
	// Buckets, AdaptiveBuckets and BucketDecay are the paper's ablation: the rows of every field, or of the data set's
	// BucketField, are divided into Buckets by frequency, those of buckets 1 to AdaptiveBuckets take adaptive regularization,
	// the others lose BucketDecay of themselves at every step.
	Buckets         int        `yaml:"buckets"`
	AdaptiveBuckets int        `yaml:"adaptive_buckets"`
	BucketDecay     Candidates `yaml:"bucket_decay"`
	// Schedule and WarmUp are the course of the learning rate, as schedule.Parse reads it: "cosine", and "0.5epochs". A plateau
	// watches the AUC of the validation part. Default: the rate stays.
	Schedule string `yaml:"schedule"`
	WarmUp   string `yaml:"schedule_warm_up"`
	// Precision is that of matrix products, float32 or bf16. A run in bf16 needs a processor that has it. Default: float32.
	Precision graph.Precision `yaml:"precision"`

	place int // among the methods of the grid, from 0; it stays when others are removed
}

// Candidates are the values among which one is chosen: in YAML a list or one number.
type Candidates []float64

// UnmarshalYAML reads a list or a number.
func (c *Candidates) UnmarshalYAML(decode func(any) error) error {
	var one float64
	if err := decode(&one); err == nil {
		*c = Candidates{one}
		return nil
	}
	return decode((*[]float64)(c))
}

// Words are values as text: in YAML a list or one value.
type Words []string

// UnmarshalYAML reads a list or a value.
func (w *Words) UnmarshalYAML(decode func(any) error) error {
	var one string
	if err := decode(&one); err == nil {
		*w = Words{one}
		return nil
	}
	return decode((*[]string)(w))
}

//go:embed grids/*.yaml
var ready embed.FS

// ReadyGrids are the names of the grids that come with the package.
func ReadyGrids() []string {
	files, _ := fs.Glob(ready, "grids/*.yaml") // the pattern is right
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, "grids/"), ".yaml")
	}
	return files
}

// LoadGrid reads a grid from a file, or one of ReadyGrids by its name. It names models and solvers of the catalogs. An error
// names file and line.
func LoadGrid(path string, c Catalogs) (*Grid, error) {
	text, err := ready.ReadFile("grids/" + path + ".yaml")
	if err != nil {
		text, err = safefile.ReadInput(path)
	}
	if err != nil {
		return nil, fmt.Errorf("experiment: grid: %w; ready grids: %s", err, strings.Join(ReadyGrids(), ", "))
	}
	g, err := ParseGrid(text, c)
	if err != nil {
		return nil, fmt.Errorf("experiment: %s: %w", path, err)
	}
	return g, nil
}

// ParseGrid reads the text of a grid and checks it.
func ParseGrid(text []byte, c Catalogs) (*Grid, error) {
	g := &Grid{Catalogs: c, Seeds: []uint64{1, 2, 3}, Epochs: 4, BatchSize: 512}
	if err := safeyaml.Decode(text, g, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGrid, err)
	}
	for i := range g.Methods {
		m := &g.Methods[i]
		m.Name, m.place = cmp.Or(m.Name, m.Solver), i
	}
	if place, err := g.check(); err != nil {
		return nil, fmt.Errorf("%w: line %d: %s: %w", ErrGrid, lineOf(text, place), place, err)
	}
	return g, nil
}
