package encode

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

// everyKind has a field of every kind, and every way to derive one.
const everyKind = `
label: y
fields:
  - {name: site, min_count: 2}
  - {name: zero, column: site, oov: zero, min_count: 3}
  - {name: bucket, column: site, hash: 7}
  - {name: price, kind: numeric}
  - {name: log, column: price, kind: numeric, scale: log}
  - {name: bare, column: price, kind: numeric, scale: none}
  - {name: bin, column: price, bins: [0, 1.5, 100]}
  - {name: item}
  - {name: past, kind: list, length: 3, separator: " ", shares: item, pooling: sum}
  - {name: past_buckets, column: past, kind: list, length: 2, separator: " ", hash: 5}
  - {name: hour, column: time, derive: hour, layout: unix}
  - {name: weekday, column: time, derive: weekday, layout: unix}
  - {name: weekend, column: time, derive: weekend, layout: unix}
  - {name: agent, derive: os_browser}
`

// visit is a sample in memory of everyKind.
type visit struct {
	Y     int      `json:"y"`
	Site  string   `json:"site"`
	Price *float64 `json:"price"`
	Item  int64    `json:"item"`
	Past  []string `json:"past"`
	Time  int64    `json:"time"`
	Agent string   `json:"agent"`
}

// visits draws samples, of which those that are new have values that others lack.
func visits(random *rand.Rand, n int, isNew bool) []visit {
	list := make([]visit, n)
	for i := range list {
		v := &list[i]
		*v = visit{Y: i % 2, Site: fmt.Sprint("s", random.IntN(20)), Item: random.Int64N(9) * 1e15, Time: 1.7e9 + random.Int64N(1e6)}
		v.Agent = []string{"", "Mozilla (Windows) Chrome", "OPERA Linux", "Köln ß İOS"}[random.IntN(4)]
		if isNew && random.IntN(3) == 0 {
			v.Site, v.Item = fmt.Sprint("new ", i), int64(-i)
		}
		if random.IntN(4) > 0 {
			price := []float64{random.NormFloat64(), math.Round(200 * random.Float64()), 1e-300, -1e20, 0.1}[random.IntN(5)]
			v.Price = &price
		}
		for range random.IntN(6) {
			v.Past = append(v.Past, fmt.Sprint(random.Int64N(12)*1e15))
		}
	}
	return list
}

func jsonLog(t testing.TB, list []visit) string {
	var text strings.Builder
	for _, v := range list {
		require.NoError(t, json.NewEncoder(&text).Encode(v))
	}
	return testlog.Write(t, "log.jsonl", text.String())
}

// columns has the samples as columns of their own types.
func columns(list []visit) []Cells {
	cells := []Cells{{Column: "site"}, {Column: "price"}, {Column: "item"}, {Column: "past"}, {Column: "time"}, {Column: "agent"}}
	for _, v := range list {
		price := math.NaN()
		if v.Price != nil {
			price = *v.Price
		}
		cells[0].Texts = append(cells[0].Texts, v.Site)
		cells[1].Doubles = append(cells[1].Doubles, price)
		cells[2].Ints = append(cells[2].Ints, v.Item)
		cells[3].Lists = append(cells[3].Lists, v.Past)
		cells[4].Ints = append(cells[4].Ints, v.Time)
		cells[5].Texts = append(cells[5].Texts, v.Agent)
	}
	return cells
}

func learned(t testing.TB) *datasets.Encoding {
	t.Helper()
	s, err := schema.Parse([]byte(everyKind))
	require.NoError(t, err)
	path := jsonLog(t, visits(rand.New(rand.NewPCG(1, 1)), 300, false))
	set, err := Open(t.Context(), s, rawlog.Files{Train: []string{path}}, Options{})
	require.NoError(t, err)
	return set.Encoding
}

func TestSamplesInMemoryAreEncodedAsThoseOfAFile(t *testing.T) {
	x, list := learned(t), visits(rand.New(rand.NewPCG(2, 2)), 200, true)
	want, _ := gather(t, x, RowOptions{}, jsonLog(t, list))
	r, err := NewRowEncoder(x)
	require.NoError(t, err)
	require.Equal(t, []rawlog.Column{{Name: "site"}, {Name: "price"}, {Name: "item"}, {Name: "past", Separator: " "}, {Name: "time"}, {Name: "agent"}}, r.Columns())
	for range 2 { // the second time with what the first one left
		got, err := r.Encode(columns(list))
		require.NoError(t, err)
		require.Equal(t, len(list), got.Rows)
		require.Equal(t, want.IDs, got.IDs)
		require.Equal(t, want.Numbers, got.Numbers)
		require.Empty(t, got.Labels)
	}
	unknown, values := r.Unknown(), r.Values()
	require.Greater(t, unknown[0], 40)
	require.Equal(t, len(list), values[0])
	require.Zero(t, unknown[2], "buckets know every value")
	require.Zero(t, values[3], "a number has no values")
}

// A float of 32 bits is the number that its shortest text means.
func TestFloatsAreTheirShortestTexts(t *testing.T) {
	r, err := NewRowEncoder(learned(t))
	require.NoError(t, err)
	cells := columns(visits(rand.New(rand.NewPCG(3, 3)), 3, false))
	cells[1] = Cells{Column: "price", Texts: []string{"0.1", "", "16777216"}}
	batch, err := r.Encode(cells)
	require.NoError(t, err)
	want := append([]float32(nil), batch.Numbers...)
	cells[1] = Cells{Column: "price", Floats: []float32{0.1, float32(math.NaN()), 1 << 24}}
	batch, err = r.Encode(cells)
	require.NoError(t, err)
	require.Equal(t, want, batch.Numbers)
}

// One user with many candidates: the columns of the user have one cell.
func TestAColumnOfOneCellCountsForAllSamples(t *testing.T) {
	x, list := learned(t), visits(rand.New(rand.NewPCG(4, 4)), 50, true)
	for i := range list {
		item := list[i].Item
		list[i] = list[0]
		list[i].Item = item
	}
	r, err := NewRowEncoder(x)
	require.NoError(t, err)
	batch, err := r.Encode(columns(list))
	require.NoError(t, err)
	want := datasets.Batch{IDs: append([]int32(nil), batch.IDs...), Numbers: append([]float32(nil), batch.Numbers...)}
	cells := columns(list[:1])
	cells[2] = columns(list)[2]
	batch, err = r.Encode(cells)
	require.NoError(t, err)
	require.Equal(t, 50, batch.Rows)
	require.Equal(t, want.IDs, batch.IDs)
	require.Equal(t, want.Numbers, batch.Numbers)
	require.Equal(t, 1, r.Values()[0])
}

func TestEncodingInMemoryAllocatesNothing(t *testing.T) {
	r, err := NewRowEncoder(learned(t))
	require.NoError(t, err)
	cells := columns(visits(rand.New(rand.NewPCG(5, 5)), 100, true))
	require.Zero(t, testing.AllocsPerRun(20, func() {
		if _, err := r.Encode(cells); err != nil {
			t.Error(err)
		}
	}))
}

func TestBadCellsAreErrorsWithTheirPlace(t *testing.T) {
	r, err := NewRowEncoder(learned(t))
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		change func([]Cells) []Cells
		is     error
		want   string
	}{
		{"missing", func(c []Cells) []Cells { return c[1:] }, ErrMissing, `column "site": the column is missing`},
		{"unknown", func(c []Cells) []Cells { c[0].Column = "siet"; return c }, ErrUnknown, `column "siet": no such column`},
		{"twice", func(c []Cells) []Cells { return append(c, c[0]) }, ErrTwice, `column "site": the column is given twice`},
		{"length", func(c []Cells) []Cells { c[0].Texts = c[0].Texts[:2]; return c }, ErrLength, `column "site": want one cell`},
		{"empty", func(c []Cells) []Cells { c[2].Ints = nil; return c }, ErrLength, `column "item": want one cell`},
		{"number", func(c []Cells) []Cells { c[1] = Cells{Column: "price", Texts: []string{"1", "x", "", "2"}}; return c }, schema.ErrNumber, `column "price", sample 1: not a finite number: "x"`},
		{"infinite", func(c []Cells) []Cells { c[1].Doubles[3] = math.Inf(1); return c }, schema.ErrNumber, `column "price", sample 3: not a finite number: "+Inf"`},
		{"time", func(c []Cells) []Cells { c[4] = Cells{Column: "time", Texts: []string{""}}; return c }, schema.ErrTime, `column "time", sample 0: not a time`},
		{"text", func(c []Cells) []Cells { c[5].Texts[2] = "\xff"; return c }, rawlog.ErrText, `column "agent", sample 2: not valid UTF-8 text: "\xff"`},
		{"separator", func(c []Cells) []Cells { c[3].Lists[1] = []string{"a b"}; return c }, errSeparator, `column "past", sample 1: a value of the list`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := r.Encode(c.change(columns(visits(rand.New(rand.NewPCG(6, 6)), 4, false))))
			require.ErrorIs(t, err, c.is)
			require.ErrorContains(t, err, c.want)
			var cell *CellError
			require.ErrorAs(t, err, &cell)
		})
	}
	_, err = NewRowEncoder(&datasets.Encoding{Schema: &schema.Schema{}})
	require.ErrorIs(t, err, schema.ErrInvalid)
}
