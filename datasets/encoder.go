package datasets

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// encoder turns the records of a log into ids and numbers. The ids are provisional until finish:
// they number all values in the order in which they come up, in whatever part.
type encoder struct {
	schema  *Schema
	columns []string // the label's first, then those of the fields and of the split
	fields  []fieldEncoder
	divider *divider
	keyAt   int // of the split's column in the record; -1: there is none

	idColumns, numbers int // of a sample

	// What learn and pour find out.
	cuts    [2]int64 // of the divider
	rows    [parts]int
	tallies [parts]tally
	skipped int // lines
}

// fieldEncoder is the part of the encoder for one field.
type fieldEncoder struct {
	*FieldSchema
	field      Field
	at         int         // of its column in the record
	owner      int         // the field whose vocabulary it uses; itself, mostly
	vocabulary *Vocabulary // nil for a number and for a field of buckets
	scale      *scale      // nil for others
	bins       []string    // the values of the bins
	hash       int         // number of buckets
	closed     bool        // the vocabulary takes no new values
	renamed    []int32     // final ids by provisional ones, once the training part is known
	statistics ValueCounts // of the training part
	absent     bool        // what is out of vocabulary counts as absent
	memo       timeMemo
}

func newEncoder(s *Schema, seed uint64) *encoder {
	e := &encoder{schema: s, columns: []string{s.Label}, divider: newDivider(s.Split, seed), keyAt: -1}
	byName := map[string]int{}
	for i := range s.Fields {
		owner := i
		if s.Fields[i].Shares != "" {
			owner = byName[s.Fields[i].Shares]
		}
		byName[s.Fields[i].Name] = i
		e.fields = append(e.fields, newFieldEncoder(&s.Fields[i], &s.Fields[owner]))
		f := &e.fields[i]
		f.at, f.owner = e.column(f.column()), owner
		if owner != i {
			f.vocabulary = e.fields[owner].vocabulary
		}
	}
	if s.Split != nil && s.Split.Column != "" {
		e.keyAt = e.column(s.Split.Column)
	}
	e.idColumns, e.numbers = width(e.finished())
	for p := range e.tallies {
		e.tallies[p] = newTally(len(e.fields))
	}
	return e
}

func newFieldEncoder(f, owner *FieldSchema) fieldEncoder {
	e := fieldEncoder{
		FieldSchema: f, field: f.field(), hash: owner.Hash, bins: binNames(f.Bins),
		absent: owner.OutOfVocabulary == "zero", memo: timeMemo{layout: f.Layout},
	}
	switch {
	case e.field.Kind == Numeric:
		e.scale = newScale(f)
	case f == owner && f.Hash == 0:
		e.vocabulary = newVocabulary()
	}
	return e
}

// column is the place of a column in the record.
func (e *encoder) column(name string) int {
	at := slices.Index(e.columns, name)
	if at < 0 {
		at = len(e.columns)
		e.columns = append(e.columns, name)
	}
	return at
}

// encode appends one sample to the chunk. After an error the chunk is as it was.
func (e *encoder) encode(r *record, c *chunk) error {
	ids, numbers := len(c.ids), len(c.numbers)
	if err := e.encodeRow(r, c); err != nil {
		c.ids, c.numbers, c.labels = c.ids[:ids], c.numbers[:numbers], c.labels[:len(c.keys)]
		return err
	}
	return nil
}

func (e *encoder) encodeRow(r *record, c *chunk) error {
	switch r.values[0] {
	case "0":
		c.labels = append(c.labels, 0)
	case "1":
		c.labels = append(c.labels, 1)
	default:
		return r.fail(e.columns[0], r.values[0], ErrLabel)
	}
	for i := range e.fields {
		f := &e.fields[i]
		if err := f.encode(r.values[f.at], c); err != nil {
			return r.fail(e.columns[f.at], r.values[f.at], err)
		}
	}
	var by string
	if e.keyAt >= 0 {
		by = r.values[e.keyAt]
	}
	key, err := e.divider.key(by)
	if err != nil {
		return r.fail(e.columns[e.keyAt], by, err)
	}
	c.keys = append(c.keys, key)
	return nil
}

// encode appends what the value of the field's column stands for.
func (f *fieldEncoder) encode(value string, c *chunk) error {
	switch {
	case f.scale != nil:
		x, err := parseNumber(value)
		c.numbers = append(c.numbers, f.scale.transform(x))
		return err
	case f.field.Kind == List:
		f.list(value, c)
		return nil
	case f.Derive == "os_browser":
		value = osBrowser(value)
	case f.Derive != "":
		t, err := f.memo.parse(value)
		if err != nil {
			return err
		}
		value = derive(f.Derive, t)
	case f.bins != nil:
		x, err := parseNumber(value)
		if err != nil {
			return err
		}
		value = f.bin(x)
	}
	c.ids = append(c.ids, f.id(value))
	return nil
}

// id is the provisional id of a value.
func (f *fieldEncoder) id(value string) int32 {
	switch {
	case f.hash > 0:
		return int32(1 + fnv64(value)%uint64(f.hash))
	case f.closed:
		return f.vocabulary.ID(value)
	}
	return f.vocabulary.add(value)
}

// list appends the last ids of a list and fills up its places.
func (f *fieldEncoder) list(text string, c *chunk) {
	separator := f.separator()
	n := 0
	if text != "" {
		n = strings.Count(text, separator) + 1
		skip := n - f.Length
		for value := range strings.SplitSeq(text, separator) {
			if skip <= 0 {
				c.ids = append(c.ids, f.id(value))
			}
			skip--
		}
	}
	for range f.Length - n {
		c.ids = append(c.ids, Absent)
	}
}

// parseNumber is NaN for an empty cell, and for no other.
func parseNumber(value string) (float64, error) {
	if value == "" {
		return math.NaN(), nil
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, ErrNumber
	}
	return x, nil
}

// binNames are the values of the bins: "<=1", "<=10", ">10" for edges 1 and 10.
func binNames(edges []float64) (names []string) {
	for _, edge := range edges {
		names = append(names, "<="+strconv.FormatFloat(edge, 'g', -1, 64))
	}
	if len(edges) > 0 {
		names = append(names, ">"+strings.TrimPrefix(names[len(names)-1], "<="))
	}
	return names
}

func (f *fieldEncoder) bin(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	i, _ := slices.BinarySearch(f.Bins, x)
	return f.bins[i]
}
