package draft

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

func guess(t *testing.T, path string, o Options) (*Draft, string) {
	t.Helper()
	d, err := Guess(context.Background(), path, o)
	require.NoError(t, err)
	text, err := d.YAML()
	require.NoError(t, err)
	s, err := schema.Parse(text)
	require.NoError(t, err)
	require.Equal(t, d.Schema, s, "the text is that of the schema")
	return d, string(text)
}

func TestDraftSchema(t *testing.T) {
	var log strings.Builder
	log.WriteString("row;label;site;user_id;price;stock_count;shown_at;history;flag;version\n")
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 300 {
		price := fmt.Sprint(1.5 + float64(i%7))
		if i == 17 {
			price = "900.5"
		}
		fmt.Fprintf(&log, "r%d;%d;s%d;%d;%s;%d;2026-01-%02d 10:%02d:00;%s;%d;v1\n",
			i, rng.IntN(2), i%5, 1<<24+i%200, price, i%40, 1+i/20, i%60, strings.Repeat("i1|", i%4)+"i2", i/3%2)
	}
	d, text := guess(t, testlog.Write(t, "log.csv", log.String()), Options{})
	require.Equal(t, &schema.Schema{
		Label: "label", Format: rawlog.Format{Delimiter: ";"},
		Fields: []schema.Field{
			{Name: "site"},
			{Name: "user_id"},
			{Name: "price", Kind: "numeric", Scale: "log"},
			{Name: "stock_count", Kind: "numeric"},
			{Name: "shown_at_hour", Column: "shown_at", Derive: "hour", Layout: "2006-01-02 15:04:05"},
			{Name: "shown_at_weekday", Column: "shown_at", Derive: "weekday", Layout: "2006-01-02 15:04:05"},
			{Name: "history", Kind: "list", Length: 4},
			{Name: "flag"},
		},
		Split: &schema.Split{By: "time", Column: "shown_at", Layout: "2006-01-02 15:04:05", Test: "0.1", Valid: "0.1"},
	}, d.Schema)
	for _, note := range []string{"first 300 rows of log.csv", "# row is left out: every row", "# version is left out: it has one value", "# history: a list"} {
		require.Contains(t, text, note)
	}
	d, _ = guess(t, testlog.Write(t, "log.csv", log.String()), Options{Label: "flag", Rows: 250})
	require.Equal(t, "flag", d.Schema.Label)
	require.Equal(t, 2, d.Schema.Fields[2].MinCount, "50 of the 200 users occur twice in 250 rows")

	set, err := encode.Open(context.Background(), d.Schema, rawlog.Files{Train: []string{testlog.Write(t, "log.csv", log.String())}}, encode.Options{})
	require.NoError(t, err)
	require.NotNil(t, set.Test)
	require.NotNil(t, set.Valid)
}

func TestDraftSchemaOfOtherFormats(t *testing.T) {
	json := `{"y": 0, "user": {"id": 7, "tags": ["a"]}, "t": "x"}` + "\n" + `{"y": 1, "user": {"id": 8, "tags": ["b", "c"]}, "t": "z"}`
	d, _ := guess(t, testlog.Write(t, "x.jsonl", json), Options{})
	require.Equal(t, []schema.Field{{Name: "user.id"}, {Name: "user.tags", Kind: "list", Length: 2}, {Name: "t"}}, d.Schema.Fields)

	d, _ = guess(t, testlog.Write(t, "x.txt", "0 1:1 5:1\n1 2:1 6:1\n"), Options{Format: "libsvm"})
	require.Equal(t, &schema.Schema{
		Label: "label", Format: rawlog.Format{Name: "libsvm", Columns: []string{"label", "field1", "field2"}},
		Fields: []schema.Field{{Name: "field1"}, {Name: "field2"}}, Split: &schema.Split{By: "random", Valid: "0.1", Test: "0.1"},
	}, d.Schema)
	d, _ = guess(t, testlog.Write(t, "x.svm", "0 1:1 5:1 7:1\n1 2:1 6:1\n"), Options{})
	require.Equal(t, []schema.Field{{Name: "features", Kind: "list", Separator: " ", Length: 3}}, d.Schema.Fields)

	d, _ = guess(t, testlog.Parquet(t), Options{})
	require.Equal(t, "click", d.Schema.Label)
	kinds := map[string]string{}
	for _, f := range d.Schema.Fields {
		kinds[f.Name] = f.Kind
	}
	require.Equal(t, map[string]string{
		"item": "", "site": "", "price": "numeric", "score": "numeric", "big": "", "history": "list", "tags": "list", "user.city": "", "day": "", "time": "",
	}, kinds, "times before 1990 are none")
}

func TestFilesWithoutADraft(t *testing.T) {
	for _, c := range []struct {
		name, text, label, want string
	}{
		{"a.csv", "", "", "a.csv: no rows"},
		{"b.csv", "click,a\n", "", "b.csv: no rows"},
		{"c.csv", ",a\n0,b\n", "", `c.csv, line 1: the first line is no header`},
		{"d.csv", "click,a\n1,x\n2,y\n", "", "no column holds only 0 and 1"},
		{"e.csv", "click,a\n1,x\n0,y\n", "a", `e.csv, column "a": the label must be 0 or 1`},
		{"f.csv", "click,a\n1,x\n0\n", "", "f.csv, line 3: wrong number of columns: 1, want 2"},
		{"g.csv", "click,a,a\n1,x,y\n", "", `column "a": the column appears twice`},
		{"h.csv", "click,a\n1,x\n0,x\n", "", "no schema fits: fields: none given"},
		{"i.jsonl", "{", "", "i.jsonl, line 1: not JSON"},
		{"j.svm", "1 3:7\n", "", "line 1: a feature that stands for a value"},
		{"k.parquet", "text", "", "k.parquet"},
	} {
		_, err := Guess(context.Background(), testlog.Write(t, c.name, c.text), Options{Label: c.label})
		require.ErrorContains(t, err, c.want)
	}
}

func TestFuxiCTRSchema(t *testing.T) {
	const path = "testdata/fuxictr/dataset_config.yaml"
	d, err := FuxiCTR(path, "shop_x1")
	require.NoError(t, err)
	require.Equal(t, &schema.Schema{
		Label: "click",
		Fields: []schema.Field{
			{Name: "user", MinCount: 2},
			{Name: "item", MinCount: 2},
			{Name: "city", Hash: 1000},
			{Name: "price", Kind: "numeric", Scale: "standard"},
			{Name: "age", Kind: "numeric", Scale: "none"},
			{Name: "history", Kind: "list", Separator: "^", Length: 20, Shares: "item", Pooling: "sum"},
			{Name: "hour", Column: "hour", Derive: "hour", Layout: "06010215", MinCount: 1},
		},
	}, d.Schema)
	text, err := d.YAML()
	require.NoError(t, err)
	for _, note := range []string{
		"# group is left out: meta", "# text is left out: its preprocessing, clean_text,", "# user: embedding_dim is not taken over: 8",
		"# train_data is not taken over: ../../data/shop/train.csv",
	} {
		require.Contains(t, string(text), note)
	}
	_, err = FuxiCTR(path, "")
	require.ErrorContains(t, err, `unknown data set ""; name one of: other_x1, shop_x1`)
	_, err = FuxiCTR(path, "other_x1")
	require.ErrorContains(t, err, "data_format: h5 cannot be read")
	_, err = FuxiCTR("nowhere.yaml", "")
	require.ErrorContains(t, err, "nowhere.yaml")
}

func TestFuxiCTRThatCannotBeTakenOver(t *testing.T) {
	const label = "label_col: {name: y}, "
	for text, want := range map[string]string{
		"x: [":                               "bad schema",
		"x: {data_root: a}":                  "want one label, got 0",
		"x: {" + label + "feature_cols: []}": "fields: none given",
		"x: {" + label + "feature_cols: [{name: a, type: text}]}":                                      "a: type: want categorical",
		"x: {" + label + "feature_cols: [{name: a, type: sequence}]}":                                  "a: max_len: a sequence needs one",
		"x: {" + label + "feature_cols: [{name: a, type: sequence, max_len: x}]}":                      "max_len: want a whole number, got x",
		"x: {" + label + "feature_cols: [{name: a, type: categorical}, {name: a, type: categorical}]}": "field 2",
	} {
		_, err := parseFuxiCTR([]byte(text), "")
		require.ErrorIs(t, err, schema.ErrInvalid, text)
		require.ErrorContains(t, err, want)
	}
}

// A file without a header line gets names, numbers stay numbers, a label of words gets a mapping, and the columns that were
// known only after the click are left out.
func TestDraftOfAHeaderlessLogWithLeaks(t *testing.T) {
	var log strings.Builder
	rng := rand.New(rand.NewPCG(2, 1))
	for range 500 {
		clicked := rng.IntN(4) == 0
		word, bought, rank := "no", "", 10+rng.IntN(90)
		if clicked {
			word, bought, rank = "yes", fmt.Sprint("b", rng.IntN(3)), rng.IntN(9)
		}
		fmt.Fprintf(&log, "%s\t%d\ts%d\t%s\t%d\n", word, rng.IntN(1+rng.IntN(1+rng.IntN(200))), rng.IntN(9), bought, rank)
	}
	path := testlog.Write(t, "log.tsv", log.String())
	d, text := guess(t, path, Options{Label: "column_1"})
	require.Equal(t, map[string]int{"yes": 1, "no": 0}, d.Schema.Labels)
	require.Equal(t, []schema.Field{{Name: "column_2", Kind: "numeric"}, {Name: "column_3"}}, d.Schema.Fields)
	require.Equal(t, &schema.Split{By: "random", Valid: "0.1", Test: "0.1"}, d.Schema.Split)
	for _, note := range []string{
		"the names of its columns are made up", "column_4 is left out: it is filled only where the label is 1",
		"column_5 is left out: it alone predicts the label (AUC 1.0000)",
	} {
		require.Contains(t, text, note)
	}
	set, err := encode.Open(context.Background(), d.Schema, rawlog.Files{Train: []string{path}}, encode.Options{})
	require.NoError(t, err)
	require.NotNil(t, set.Valid)
	require.Equal(t, 500, set.Train.Len()+set.Valid.Len()+set.Test.Len())
}

func TestALibsvmFileIsKnownByItsFirstLine(t *testing.T) {
	path := testlog.Write(t, "train.fm.txt", strings.Repeat("0 1:1 6:1\n1 1:1 7:1\n0 2:1 7:1\n1 2:1 6:1\n", 60))
	d, err := Guess(t.Context(), path, Options{})
	require.NoError(t, err)
	require.Equal(t, "libsvm", d.Schema.Format.Name)
	require.Equal(t, "label", d.Schema.Label)
}

func TestALabelOfOneClassIsNotGuessed(t *testing.T) {
	_, err := Guess(t.Context(), testlog.Write(t, "log.csv", "kind,site\n1,a\n1,b\n1,c\n"), Options{})
	require.ErrorIs(t, err, schema.ErrLabel)
	d, err := Guess(t.Context(), testlog.Write(t, "log.csv", "kind,bought,site\n1,0,a\n1,1,b\n1,0,c\n"), Options{})
	require.NoError(t, err)
	require.Equal(t, "bought", d.Schema.Label)
	require.Contains(t, d.Notes, "label: a guess: bought is the first column that holds 0 and 1")
	d, err = Guess(t.Context(), testlog.Write(t, "log.csv", "click,site\n1,a\n1,b\n"), Options{})
	require.NoError(t, err, "one with a usual name may hold one class in the first rows")
	require.Equal(t, "click", d.Schema.Label)
}
