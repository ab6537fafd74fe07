package datasets

import (
	"context"
	"fmt"
	"path/filepath"
)

// DefaultMemory is how many bytes of samples OpenPrepared keeps in memory: 4 GiB.
const DefaultMemory = 4 << 30

// OpenPrepared opens a data set that was written by Input.Prepare. A part that takes at most the
// given bytes, 4 for each id, number and label, is read to memory; 0 means DefaultMemory. A larger
// one is read again by every pass, with half of the bytes as a buffer in which samples are
// shuffled; see Source. It counts the parts of one set one by one.
func OpenPrepared(ctx context.Context, dir string, memory int64) (*Set, error) {
	if memory == 0 {
		memory = DefaultMemory
	}
	m, err := ReadManifest(dir)
	if err != nil {
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
	set := &Set{Vocabularies: encoding.Vocabularies, Encoding: encoding}
	for _, part := range m.Parts {
		source, err := openPart(ctx, filepath.Join(dir, part.File), fields, part.Rows, memory)
		if err != nil {
			return nil, err
		}
		if err := set.put(part.Name, source); err != nil {
			return nil, &SyntaxError{Path: filepath.Join(dir, manifestFile), Err: err}
		}
	}
	if set.Train == nil {
		return nil, &SyntaxError{Path: filepath.Join(dir, manifestFile), Err: fmt.Errorf("%w in the training part", ErrEmpty)}
	}
	return set, nil
}

// put takes in a part by its name.
func (s *Set) put(name string, part Source) error {
	for p, place := range s.sources() {
		if partNames[p] == name {
			*place = part
			return nil
		}
	}
	return fmt.Errorf("unknown part %q", name)
}

// encoding is the one that the data set was prepared with.
func (m *Manifest) encoding(dir string) (*Encoding, error) {
	s, err := LoadSchema(filepath.Join(dir, schemaFile))
	if err != nil {
		return nil, err
	}
	own, err := readVocabularies(filepath.Join(dir, vocabularyFile))
	if err != nil {
		return nil, err
	}
	if len(m.Fields) != len(s.Fields) {
		return nil, &SyntaxError{Path: filepath.Join(dir, manifestFile), Err: fmt.Errorf("%d fields; the schema has %d", len(m.Fields), len(s.Fields))}
	}
	x := &Encoding{Schema: s, Vocabularies: make([]*Vocabulary, len(s.Fields)), Scales: make([]Scale, len(s.Fields))}
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
func openPart(ctx context.Context, path string, fields []Field, rows int, memory int64) (Source, error) {
	r, err := openParquet(path, fields)
	if err != nil {
		return nil, err
	}
	defer r.close()
	groups := &RowGroups{path: path, fields: fields, rows: r.rows()}
	for _, n := range groups.rows {
		groups.length += n
	}
	if groups.length != rows {
		return nil, &SyntaxError{Path: path, Err: fmt.Errorf("%d rows; the manifest says %d", groups.length, rows)}
	}
	bytesPerRow := 4 * int64(r.idColumns+r.numbers+1)
	if int64(rows)*bytesPerRow > memory {
		groups.window = int(memory / 2 / bytesPerRow)
		return groups, nil
	}
	all := samples{
		ids:     make([]int32, 0, rows*r.idColumns),
		numbers: make([]float32, 0, rows*r.numbers),
		labels:  make([]float32, 0, rows),
	}
	if err := r.readGroups(ctx, permutation(len(r.groups), nil), &all); err != nil {
		return nil, err
	}
	return NewMemory(fields, all.ids, all.numbers, all.labels)
}
