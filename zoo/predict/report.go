package predict

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// FrequencyBuckets is how many buckets a Report puts the rows of a field in: each has about as many
// occurrences in the training part, bucket 1 the rarest rows.
const FrequencyBuckets = 10

// Report says what is in a saved model.
type Report struct {
	Path   string // of the checkpoint
	Model  string // its type and hyper-parameters
	Solver string // its name and options
	// Precision is that of the matrix products in the training.
	Precision graph.Precision
	Steps     int
	Epochs    int // that were trained to the end
	History   []metrics.Epoch
	Files     []FileReport
	Weights   []WeightReport
	Segments  []Segment // of every table, for every field that has rows of its own
}

// FileReport is the size of a file.
type FileReport struct {
	Name  string // from the checkpoint
	Bytes int64
}

// WeightReport describes a weight.
type WeightReport struct {
	Name          string
	Rows, Columns int
	Table         bool
	Norm          float64 // Euclidean
	Zero          float64 // share of values that are exactly 0
}

// Segment is the rows of a field in a table.
type Segment struct {
	Table, Field string
	Group
	Buckets []Group // by frequency; nil if it is not known
}

// Group describes some rows of a table.
type Group struct {
	Rows        int
	Occurrences int       // in the training part; 0 if not known
	Norm        float64   // mean of the rows' Euclidean norms
	Zero        float64   // share of rows that are exactly 0
	Never       float64   // share of rows that never had a gradient; NaN if it is not known
	Staleness   Staleness // of the others
}

// Staleness is how many steps ago rows had their latest gradient.
type Staleness struct{ Median, P90, Most int }
