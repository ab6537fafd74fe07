package encode

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/hash"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// fieldEncoder is the part of the encoder for one field.
type fieldEncoder struct {
	*schema.Field
	out        datasets.Field
	at         int                         // of its column in the record
	owner      int                         // the field whose vocabulary it uses; itself, mostly
	separator  string                      // of a list
	builder    *datasets.VocabularyBuilder // nil for a number, for buckets, and once the training part is known
	vocabulary *datasets.Vocabulary        // nil for a number, for buckets, and until the training part is known
	renamed    []int32                     // final ids by those of the builder; nil if there was none
	statistics datasets.ValueCounts        // of the training part
	closed     bool                        // the builder takes no new values
	scale      *scale                      // of a number; else nil
	bins       []string                    // the values of the bins
	buckets    int                         // 0 for none
	absent     bool                        // what is out of vocabulary counts as absent
	times      schema.Times
	userAgents userAgents
}

func newFieldEncoder(f, owner *schema.Field) fieldEncoder {
	e := fieldEncoder{
		Field: f, out: datasets.FieldOf(f), separator: f.RawColumn().Separator, buckets: owner.Hash, bins: binNames(f.Bins),
		absent: owner.OutOfVocabulary == "zero", times: schema.Times{Layout: f.Layout},
	}
	switch {
	case e.out.Kind == datasets.Numeric:
		e.scale = newScale(f)
	case f == owner && f.Hash == 0:
		e.builder = datasets.NewVocabularyBuilder()
	}
	return e
}

// encode appends what the value of the field's column becomes.
func (f *fieldEncoder) encode(value string, c *chunk) error {
	switch {
	case f.scale != nil:
		x, err := schema.ParseNumber(value)
		c.numbers = append(c.numbers, f.scale.transform(x))
		return err
	case f.out.Kind == datasets.List:
		f.list(value, c)
		return nil
	case f.Derive == "os_browser":
		value = f.userAgents.osBrowser(value)
	case f.Derive != "":
		t, err := f.times.Parse(value)
		if err != nil {
			return err
		}
		value = schema.Derive(f.Derive, t)
	case f.bins != nil:
		x, err := schema.ParseNumber(value)
		if err != nil {
			return err
		}
		value = f.bin(x)
	}
	c.ids = append(c.ids, f.id(value))
	return nil
}

// id returns the provisional id of a value.
func (f *fieldEncoder) id(value string) int32 {
	switch {
	case f.buckets > 0:
		return int32(1 + hash.FNV64(value)%uint64(f.buckets))
	case f.vocabulary != nil:
		return f.vocabulary.ID(value)
	case f.closed:
		return f.builder.ID(value)
	}
	return f.builder.Add(value)
}

// list appends the last ids of a list and fills up its places.
func (f *fieldEncoder) list(text string, c *chunk) {
	n := 0
	if text != "" {
		n = strings.Count(text, f.separator) + 1
		skip := n - f.Length
		for value := range strings.SplitSeq(text, f.separator) {
			if skip <= 0 {
				c.ids = append(c.ids, f.id(value))
			}
			skip--
		}
	}
	for range f.Length - n {
		c.ids = append(c.ids, datasets.Absent)
	}
}

// finals appends the final ids for the provisional ones of a sample. What is absent is at the end of a list.
func (f *fieldEncoder) finals(to, ids []int32, t *tally, field int) []int32 {
	end := len(to) + len(ids)
	for _, id := range ids {
		if id = f.final(id, t, field); id != datasets.Absent || f.out.Kind != datasets.List {
			to = append(to, id)
		}
	}
	for len(to) < end {
		to = append(to, datasets.Absent)
	}
	return to
}

// final returns the final id for a provisional one.
func (f *fieldEncoder) final(id int32, t *tally, field int) int32 {
	if id == datasets.Absent {
		return datasets.Absent
	}
	t.values[field]++
	switch {
	case f.renamed != nil:
		id = f.renamed[id]
	case id == 0: // of a vocabulary that was learned before; buckets are numbered from 1
		id = datasets.Unseen
	}
	switch {
	case id == datasets.Unseen:
		t.unseen[field]++
	case id == 0:
		t.cut[field]++
	default:
		return id
	}
	if f.absent {
		return datasets.Absent
	}
	return 0
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
