package prepared

import (
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/parquet-go/parquet-go"
)

// sink writes the samples of a part to a Parquet file, a row group at a time. Some row groups are in work at a time, on other cores;
// they come to the file in their order.
type sink struct {
	file   *os.File
	sum    *sumWriter
	writer *parquet.GenericWriter[any]
	groups []*groupWriter // the one that was begun first comes first
}

// mostAtWork is how many row groups of a part are at work at a time, each of which takes about 20 MB.
const mostAtWork = 4

func newSink(path string, l layout) (*sink, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	p := &sink{file: f, sum: newSumWriter()}
	p.writer = parquet.NewGenericWriter[any](io.MultiWriter(f, p.sum), l.parquetSchema(), compression(), parquet.CreatedBy("ctrzoo", Version(), ""))
	for range min(mostAtWork, runtime.GOMAXPROCS(0)) {
		p.groups = append(p.groups, newGroupWriter(l, p.writer.BeginRowGroup()))
	}
	return p, nil
}

// Write begins to write a row group, and ends one that was begun earlier.
func (p *sink) Write(b *datasets.Batch) error {
	first := p.groups[0]
	if err := first.end(); err != nil {
		return fmt.Errorf("datasets: %s: %w", p.file.Name(), err)
	}
	first.begin(b)
	p.groups = append(p.groups[1:], first)
	return nil
}

// close ends the file, and makes sure that it is on the disk.
func (p *sink) close() error {
	var err error
	for _, g := range p.groups {
		if err == nil {
			err = g.end()
		}
	}
	if err == nil {
		err = p.writer.Close()
	}
	if err == nil {
		err = p.file.Sync()
	}
	if closeErr := p.file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("datasets: %s: %w", p.file.Name(), err)
	}
	return nil
}

// discard closes the file as it is.
func (p *sink) discard() {
	for _, g := range p.groups {
		g.wait()
	}
	p.file.Close() // closed already, unless there was an error
}
