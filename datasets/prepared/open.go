package prepared

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/pass"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// DefaultMemory is the number of bytes that the samples of a part may take in memory: 4 GiB.
const DefaultMemory = 4 << 30

// Options are how a folder is opened. The zero value is the default of all of them.
type Options struct {
	// Memory is the number of bytes that the samples of a part may take in memory, 4 for each id,
	// number, label and weight. A larger part becomes RowGroups: every pass reads it again, with half of the
	// bytes as a buffer in which samples are shuffled. Default DefaultMemory.
	Memory int64
	// VerifyAll compares the bytes of all files with the hashes in the manifest, however large the files are. Without it,
	// of files above 256 MiB only the size and the end are compared, where the Parquet footer is.
	VerifyAll bool
}

// Open opens a folder that Write has written. A file that is not the one that was written is an ErrDamaged.
func Open(ctx context.Context, dir string, o Options) (*datasets.Set, error) {
	if ctx == nil || o.Memory < 0 {
		return nil, fmt.Errorf("datasets: opening %s: no context, or a negative number of bytes", dir)
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	if err := m.verify(dir, o.VerifyAll); err != nil {
		return nil, err
	}
	encoding, err := m.encoding(dir)
	if err != nil {
		return nil, err
	}
	fields, err := encoding.Fields()
	if err != nil {
		return nil, err
	}
	set := &datasets.Set{Encoding: encoding}
	for _, part := range m.Parts {
		source, err := openPart(ctx, filepath.Join(dir, part.File), layout{fields, encoding.Schema.Weight != ""}, &part, o.Memory)
		if err != nil {
			return nil, err
		}
		name, err := datasets.ParsePart(part.Name)
		if err != nil {
			return nil, err
		}
		set.Put(name, source)
	}
	if set.Train == nil {
		return nil, &rawlog.SyntaxError{Path: filepath.Join(dir, manifestFile), Err: fmt.Errorf("%w in the training part", rawlog.ErrEmpty)}
	}
	return set, nil
}

// verify compares the files of the folder with what was written.
func (m *Manifest) verify(dir string, all bool) error {
	for _, p := range m.Parts {
		if err := p.check(filepath.Join(dir, p.File), all); err != nil {
			return err
		}
	}
	for _, name := range []string{schemaFile, vocabularyFile} {
		if sum, known := m.Others[name]; known {
			if err := sum.check(filepath.Join(dir, name), all); err != nil {
				return err
			}
		}
	}
	return nil
}

// encoding returns the encoding that the data set was prepared with.
func (m *Manifest) encoding(dir string) (*datasets.Encoding, error) {
	path := filepath.Join(dir, schemaFile)
	text, err := safefile.Read(path, safefile.MostText)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	s, err := schema.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	own, err := readVocabularies(filepath.Join(dir, vocabularyFile))
	if err != nil {
		return nil, err
	}
	if len(m.Fields) != len(s.Fields) {
		return nil, &rawlog.SyntaxError{Path: filepath.Join(dir, manifestFile), Err: fmt.Errorf("%d fields; the schema has %d", len(m.Fields), len(s.Fields))}
	}
	x := &datasets.Encoding{Schema: s, Vocabularies: make([]*datasets.Vocabulary, len(s.Fields)), Scales: make([]datasets.Scale, len(s.Fields))}
	for i, f := range s.Fields {
		if f.Shares != "" {
			f.Name = f.Shares
		}
		x.Vocabularies[i] = own[f.Name]
		if scale := m.Fields[i].Scale; scale != nil {
			x.Scales[i] = *scale
		}
	}
	return x, nil
}

// openPart opens the file of a part, and reads it if it is small enough.
func openPart(ctx context.Context, path string, l layout, part *PartFile, most int64) (datasets.Source, error) {
	r, err := openReader(path, l, &part.Sum)
	if err != nil {
		return nil, err
	}
	defer r.close()
	rows := part.Rows
	groups := &RowGroups{path: path, sum: &part.Sum, layout: l, rows: r.rows()}
	for _, n := range groups.rows {
		groups.length += n
	}
	if groups.length != rows {
		return nil, &rawlog.SyntaxError{Path: path, Err: fmt.Errorf("%d rows; the manifest says %d", groups.length, rows)}
	}
	bytesPerRow := 4 * int64(l.valuesOfRow())
	if int64(rows)*bytesPerRow > most {
		groups.window = int(most / 2 / bytesPerRow)
		return groups, nil
	}
	all := datasets.Batch{
		IDs:     make([]int32, 0, rows*r.idColumns),
		Numbers: make([]float32, 0, rows*r.numbers),
		Labels:  make([]float32, 0, rows),
	}
	if err := r.readGroups(ctx, pass.Order(len(r.groups), nil), &all); err != nil {
		return nil, err
	}
	memory, err := datasets.NewMemory(l.fields, all.IDs, all.Numbers, all.Labels)
	if err != nil {
		return nil, err
	}
	return memory.Weighted(all.Weights)
}
